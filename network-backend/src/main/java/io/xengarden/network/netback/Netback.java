package io.xengarden.network.netback;

import io.xengarden.abi.EventSink;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.machine.HostClock;
import io.xengarden.machine.Memory;
import io.xengarden.network.Frame;
import java.util.function.Consumer;

/**
 * Serves the two rings of one connected interface, a turn at a time. One owner, one turn at a time;
 * only frames for the guest come from other threads, and wait in the {@link Backlog}.
 *
 * <p>Nothing is under way between two turns: a frame is copied, and its request answered, within
 * one.
 */
public final class Netback {
  /** From {@link #turn}: there is more to do at once. */
  public static final long AT_ONCE = 0;

  /** From {@link #turn}: nothing to do before the frontend's event, or another frame. */
  public static final long WHEN_RUNG = Long.MAX_VALUE;

  /**
   * The way to the frontend.
   *
   * @param tx the mapped page of the transmit ring, writable
   * @param rx the mapped page of the receive ring, writable
   * @param grants what the frontend grants to this domain
   * @param frontend its event channel
   */
  public record Link(Memory tx, Memory rx, GrantAccess grants, EventSink frontend) {}

  /**
   * What the interface is.
   *
   * @param mtu longest payload of a frame
   * @param scatterGather whether the frontend takes a frame in several pages
   * @param rate limits what the guest sends
   */
  public record Interface(int mtu, boolean scatterGather, RateLimit rate) {}

  /**
   * Where frames come from and go to.
   *
   * @param fromGuest takes what the guest sends
   * @param toGuest holds what is for the guest
   */
  public record Wire(Consumer<Frame> fromGuest, Backlog toGuest, HostClock clock) {}

  private final EventSink frontend;
  private final Transmitter transmitter;
  private final Receiver receiver;

  public Netback(Link link, Interface settings, Wire wire, Statistics statistics) {
    this.frontend = link.frontend();
    this.transmitter = new Transmitter(link, settings, wire, statistics);
    this.receiver = new Receiver(link, settings, wire.toGuest(), statistics);
  }

  /**
   * Takes frames from the guest and puts frames for it into its pages, a limited number of each.
   *
   * @return nanoseconds from now to when another turn would find something to do
   * @throws RingCorrupt when what the frontend wrote cannot be; what was done is answered
   */
  public long turn() {
    try {
      long nextFrom = transmitter.take();
      long nextTo = receiver.put();
      return Math.min(nextFrom, nextTo);
    } finally {
      if (transmitter.publish() | receiver.publish()) {
        frontend.raise();
      }
    }
  }

  /** Frames that wait for the guest's pages. */
  public int waiting() {
    return receiver.waiting();
  }

  /** Frames taken and put since the connection was made. */
  public long handled() {
    return transmitter.taken() + receiver.handled();
  }
}
