package io.xengarden.network.sim;

import akka.actor.typed.Scheduler;
import io.xengarden.network.OverlayLink;
import io.xengarden.network.OverlayLink.OverlayFrame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import scala.concurrent.ExecutionContext;

/**
 * The network between simulated hosts. A frame is on its way for a while of virtual time; at most
 * {@link OverlayLink#MAX_QUEUED} are from one host to another.
 *
 * <p>A direction that is cut loses what is sent and what is under way.
 */
public final class SimulatedOverlay {
  /** Runs something after a delay, never inline. */
  @FunctionalInterface
  public interface Later {
    void run(Duration delay, Runnable task);

    /** Through an actor system's scheduler: in virtual time when that is simulated. */
    static Later through(Scheduler scheduler, ExecutionContext executor) {
      return (delay, task) -> scheduler.scheduleOnce(delay, task, executor);
    }
  }

  /** From one host to another. */
  private record Direction(String from, String to) implements Comparable<Direction> {
    @Override
    public int compareTo(Direction other) {
      int byFrom = from.compareTo(other.from);
      return byFrom != 0 ? byFrom : to.compareTo(other.to);
    }
  }

  private final Later later;
  private final RandomGenerator random;
  private final TreeMap<String, HostLink> hosts = new TreeMap<>();
  private final TreeSet<Direction> cut = new TreeSet<>();
  private final TreeMap<Direction, Deque<OverlayFrame>> underWay = new TreeMap<>();
  private LinkFaults faults = LinkFaults.none();
  private long lost;

  public SimulatedOverlay(Later later, RandomGenerator random) {
    this.later = later;
    this.random = random;
  }

  /** The link of a host; a host that starts again gets a new one, and the old one is dead. */
  public OverlayLink link(String host) {
    HostLink link = new HostLink(host);
    hosts.put(host, link);
    return link;
  }

  public void setFaults(LinkFaults faults) {
    this.faults = faults;
  }

  /** Nothing passes from one to the other any more, nor what is on its way. */
  public void cut(String from, String to) {
    cut.add(new Direction(from, to));
  }

  public void heal(String from, String to) {
    cut.remove(new Direction(from, to));
  }

  /** Frames that were taken and have not arrived and never will. */
  public long lost() {
    return lost;
  }

  private boolean happens(int perMillion) {
    return perMillion > 0 && random.nextInt(LinkFaults.MILLION) < perMillion;
  }

  private Duration delay() {
    long least = faults.minDelay().toNanos();
    long most = faults.maxDelay().toNanos();
    return Duration.ofNanos(most > least ? random.nextLong(least, most + 1) : least);
  }

  private final class HostLink implements OverlayLink {
    private final String host;
    private OverlayInput input = (_, _) -> lost++;

    HostLink(String host) {
      this.host = host;
    }

    @Override
    public void open(OverlayInput to) {
      input = to;
    }

    @Override
    public boolean send(String peer, OverlayFrame frame) {
      Direction direction = new Direction(host, peer);
      Deque<OverlayFrame> lane = underWay.computeIfAbsent(direction, _ -> new ArrayDeque<>());
      if (hosts.get(host) != this || !hosts.containsKey(peer) || lane.size() >= MAX_QUEUED) {
        return false;
      }
      if (happens(faults.lossPerMillion())) {
        lost++;
        return true;
      }
      carry(direction, lane, frame);
      if (happens(faults.repeatsPerMillion())) {
        carry(direction, lane, frame);
      }
      return true;
    }

    private void carry(Direction direction, Deque<OverlayFrame> lane, OverlayFrame frame) {
      boolean overtakes = !faults.minDelay().equals(faults.maxDelay());
      lane.add(frame);
      later.run(
          delay(),
          () -> arrive(direction, overtakes && lane.remove(frame) ? frame : lane.remove()));
    }

    private void arrive(Direction direction, OverlayFrame frame) {
      if (cut.contains(direction) || hosts.get(host) != this) {
        lost++;
      } else {
        hosts.get(direction.to()).input.received(host, frame);
      }
    }
  }
}
