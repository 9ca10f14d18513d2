package io.xengarden.hypervisor.evtchn;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.EventSink;
import io.xengarden.hypervisor.DomainSignal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * Where events for a domain arrive from other threads: one bit per port, and one attention flag.
 * Raising merges, as pending bits do; only the first raise since the last {@link #drain} sends a
 * message, so a flood of events is one message. A running slice polls {@link #hasAttention}.
 */
public final class EventInbox {
  private static final DomainSignal.EventsRaised EVENTS_RAISED = new DomainSignal.EventsRaised();

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] raised;
  private final AtomicBoolean attention = new AtomicBoolean();
  private volatile ActorRef<DomainSignal> domain;

  public EventInbox(int maxPorts) {
    raised = new long[(maxPorts + 63) >>> 6];
  }

  /** From now on the first raise tells {@code actor}; what was raised before is told at once. */
  public void attach(ActorRef<DomainSignal> actor) {
    domain = actor;
    if (attention.get()) {
      actor.tell(EVENTS_RAISED);
    }
  }

  /** The sink that raises {@code port}. */
  public EventSink sink(int port) {
    return () -> raise(port);
  }

  public void raise(int port) {
    // Always a read-modify-write, also of a bit that is set: whoever drains it must see what this
    // thread wrote before.
    WORD.getAndBitwiseOr(raised, port >>> 6, 1L << port);
    if (!attention.get() && attention.compareAndSet(false, true)) {
      ActorRef<DomainSignal> actor = domain;
      if (actor != null) {
        actor.tell(EVENTS_RAISED);
      }
    }
  }

  /** One word, so that a running slice may look at every step. */
  public boolean hasAttention() {
    return attention.get();
  }

  /** Hands over every raised port once, lowest first. Owner only. */
  public void drain(IntConsumer port) {
    attention.set(false); // before the bits: a raise after it sends a message again
    for (int word = 0; word < raised.length; word++) {
      if ((long) WORD.getVolatile(raised, word) != 0) {
        for (long bits = (long) WORD.getAndSet(raised, word, 0L); bits != 0; bits &= bits - 1) {
          port.accept((word << 6) + Long.numberOfTrailingZeros(bits));
        }
      }
    }
  }
}
