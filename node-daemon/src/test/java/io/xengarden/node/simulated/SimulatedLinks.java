package io.xengarden.node.simulated;

import com.google.protobuf.MessageLite;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.relocation.migration.LinkEvent;
import io.xengarden.node.relocation.migration.MigrationLink;
import io.xengarden.node.relocation.migration.MigrationLinks;
import io.xengarden.proto.v1.MigrationFrame;
import io.xengarden.proto.v1.MigrationReply;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Streams between simulated hosts: each message is delayed, none is overtaken on its own stream; a
 * loss, a dead host or a cut breaks the stream, and each end hears of it in its own time.
 */
public final class SimulatedLinks {
  /** When an end notices that nothing comes any more. */
  public static final Duration KEEPALIVE = Duration.ofSeconds(15);

  private static final int MILLION = 1_000_000;

  /** Messages that the transport takes before it says that it has no room. */
  private static final int ROOM = 4;

  /** A gigabyte a second. */
  private static final double NS_PER_BYTE = 1.0;

  private final Simulation simulation;
  private final RandomGenerator random;
  private final Function<String, Optional<Far>> hosts;
  private final List<Stream> streams = new ArrayList<>();
  private int lossesPerMillion;
  private boolean cut;

  /** A host as its neighbours reach it. */
  record Far(Power power, Consumer<MigrationLinks.Incoming> receive) {}

  SimulatedLinks(Simulation simulation, Function<String, Optional<Far>> hosts) {
    this.simulation = simulation;
    this.random = simulation.random("links");
    this.hosts = hosts;
  }

  /** Of a million messages so many break their stream. */
  public void lose(int perMillion) {
    lossesPerMillion = perMillion;
  }

  /** From now on nothing passes between hosts; each end notices by itself. */
  public void cut() {
    cut = true;
    List.copyOf(streams).forEach(stream -> stream.breakUp("no answer", KEEPALIVE));
  }

  /** Every connection there is now is reset. */
  public void reset() {
    List.copyOf(streams).forEach(stream -> stream.breakUp("connection reset", Duration.ZERO));
  }

  public void heal() {
    cut = false;
  }

  MigrationLinks from(Power host) {
    return (target, heard) -> open(host, target, heard);
  }

  private MigrationLink<MigrationFrame> open(
      Power source, HostRecord target, Consumer<LinkEvent<MigrationReply>> heard) {
    Stream stream = new Stream(source, heard);
    streams.add(stream);
    Optional<Far> far = hosts.apply(target.name());
    if (far.isEmpty() || !far.get().power().isOn() || cut) {
      stream.breakUp(cut ? "no answer" : "connection refused", cut ? KEEPALIVE : Duration.ZERO);
    } else {
      stream.connect(far.get());
    }
    return stream.source;
  }

  /** Its neighbours hear of it: their connections are reset. */
  void died(Power host) {
    List.copyOf(streams).stream()
        .filter(stream -> stream.isOf(host))
        .forEach(stream -> stream.breakUp("connection reset", Duration.ZERO));
  }

  /** Both ends of one connection, and whether it still is one. */
  private final class Stream {
    private final Side<MigrationFrame, MigrationReply> source;
    private final List<Side<?, ?>> sides = new ArrayList<>();
    private boolean broken;

    Stream(Power power, Consumer<LinkEvent<MigrationReply>> heard) {
      source = new Side<>(this, power);
      source.listen(heard);
      sides.add(source);
    }

    void connect(Far far) {
      TargetSide target = new TargetSide(this, far.power());
      sides.add(target);
      source.out = new Pipe<>(simulation, random, frame -> target.hear(frame, source));
      target.out = new Pipe<>(simulation, random, reply -> source.hear(reply, target));
      far.receive().accept(target);
    }

    boolean isOf(Power host) {
      return sides.stream().anyMatch(side -> side.power == host);
    }

    void breakUp(String why, Duration noticedAfter) {
      if (!broken) {
        end();
        sides.forEach(side -> side.breakLater(why, noticedAfter));
      }
    }

    void end() {
      broken = true;
      streams.remove(this);
    }
  }

  /**
   * One end.
   *
   * @param <O> what it says
   * @param <I> what it hears
   */
  private class Side<O extends MessageLite, I> implements MigrationLink<O> {
    private final Stream stream;
    private final Power power;
    private final List<LinkEvent<I>> early = new ArrayList<>();
    private Optional<Consumer<LinkEvent<I>>> listener = Optional.empty();
    Pipe<Optional<O>> out;
    private boolean closed;
    private boolean wantsRoom;

    Side(Stream stream, Power power) {
      this.stream = stream;
      this.power = power;
    }

    public final void listen(Consumer<LinkEvent<I>> heard) {
      listener = Optional.of(heard);
      early.forEach(heard);
      early.clear();
    }

    private void tell(LinkEvent<I> event) {
      if (power.isOn() && !closed) {
        listener.ifPresentOrElse(heard -> heard.accept(event), () -> early.add(event));
      }
    }

    void breakLater(String why, Duration after) {
      if (out != null) {
        out.clear();
      }
      simulation.schedule(
          after.plusNanos(random.nextLong(MILLION)), () -> tell(new LinkEvent.Broken<>(why)));
    }

    @Override
    public final void send(O message) {
      say(Optional.of(message), (long) (message.getSerializedSize() * NS_PER_BYTE));
    }

    @Override
    public final void close() {
      say(Optional.empty(), 0);
      closed = true;
    }

    private void say(Optional<O> message, long costNs) {
      if (closed || stream.broken || out == null || !power.isOn()) {
        return;
      }
      if (random.nextInt(MILLION) < lossesPerMillion) {
        stream.breakUp("connection reset", Duration.ZERO);
        return;
      }
      out.send(message, costNs);
    }

    /** Empty: the other end has closed. */
    final void hear(Optional<I> message, Side<?, ?> from) {
      if (message.isEmpty()) {
        stream.end();
        tell(new LinkEvent.Broken<>("closed"));
        return;
      }
      tell(new LinkEvent.Received<>(message.get()));
      from.delivered();
    }

    private void delivered() {
      if (wantsRoom && out.size() < ROOM) {
        wantsRoom = false;
        tell(new LinkEvent.HasRoom<>());
      }
    }

    @Override
    public final boolean isReady() {
      wantsRoom = out != null && out.size() >= ROOM;
      return !wantsRoom;
    }
  }

  private final class TargetSide extends Side<MigrationReply, MigrationFrame>
      implements MigrationLinks.Incoming {
    TargetSide(Stream stream, Power power) {
      super(stream, power);
    }
  }
}
