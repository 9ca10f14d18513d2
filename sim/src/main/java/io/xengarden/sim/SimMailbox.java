package io.xengarden.sim;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.dispatch.Envelope;
import akka.dispatch.MailboxType;
import akka.dispatch.MessageQueue;
import akka.dispatch.ProducesMessageQueue;
import akka.dispatch.UnboundedMessageQueueSemantics;
import com.typesafe.config.Config;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import scala.Option;

/**
 * The mailbox of {@link MailboxOrder#PER_SENDER}: a lane per sender, and the seed picks the lane.
 */
public final class SimMailbox implements MailboxType, ProducesMessageQueue<SimMailbox.Lanes> {
  private final MailboxOrder order;

  /** Called by Akka; {@code config} names the order. */
  public SimMailbox(ActorSystem.Settings settings, Config config) {
    this.order = config.getEnum(MailboxOrder.class, "order");
  }

  @Override
  public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
    return new Lanes(Simulation.of(system.get().scheduler()), order);
  }

  /** Only ever touched by the simulation's thread. */
  static final class Lanes implements MessageQueue, UnboundedMessageQueueSemantics {
    private final Simulation simulation;
    private final MailboxOrder order;

    /** Typed messages carry no sender: a sender is whatever step is running. */
    private final Map<Object, Queue<Envelope>> bySender = new IdentityHashMap<>();

    private final List<Object> senders = new ArrayList<>();
    private int waiting;

    Lanes(Simulation simulation, MailboxOrder order) {
      this.simulation = simulation;
      this.order = order;
    }

    @Override
    public void enqueue(ActorRef receiver, Envelope message) {
      simulation.refuseForeignThread("a message to " + receiver);
      Object sender = order == MailboxOrder.PER_SENDER ? simulation.currentStep() : this;
      Queue<Envelope> lane = bySender.get(sender);
      if (lane == null) {
        lane = new ArrayDeque<>();
        bySender.put(sender, lane);
        senders.add(sender);
      }
      lane.add(message);
      waiting++;
    }

    @Override
    public Envelope dequeue() {
      if (waiting == 0) {
        return null;
      }
      int chosen = senders.size() == 1 ? 0 : simulation.choose(senders.size());
      Object sender = senders.get(chosen);
      Queue<Envelope> lane = bySender.get(sender);
      Envelope message = lane.remove();
      if (lane.isEmpty()) {
        bySender.remove(sender);
        senders.set(chosen, senders.getLast());
        senders.removeLast();
      }
      waiting--;
      return message;
    }

    @Override
    public int numberOfMessages() {
      return waiting;
    }

    @Override
    public boolean hasMessages() {
      return waiting > 0;
    }

    @Override
    public void cleanUp(ActorRef owner, MessageQueue deadLetters) {
      while (hasMessages()) {
        deadLetters.enqueue(owner, dequeue());
      }
    }
  }
}
