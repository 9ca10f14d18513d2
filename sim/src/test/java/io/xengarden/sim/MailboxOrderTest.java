package io.xengarden.sim;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** One actor sends 1 and then 3 to the receiver, and 2 in between by way of another. */
class MailboxOrderTest {
  private static final int SEEDS = 120;

  private static Behavior<Void> story(StringBuilder seen) {
    return Behaviors.setup(
        context -> {
          ActorRef<Integer> receiver = context.spawn(receiver(seen), "receiver");
          ActorRef<Integer> middle = context.spawn(forwarding(receiver), "middle");
          context.spawn(sender(receiver, middle), "sender");
          return Behaviors.empty();
        });
  }

  private static Behavior<Integer> receiver(StringBuilder seen) {
    return Behaviors.receiveMessage(
        number -> {
          seen.append(number);
          return Behaviors.same();
        });
  }

  private static Behavior<Integer> forwarding(ActorRef<Integer> receiver) {
    return Behaviors.receiveMessage(
        number -> {
          receiver.tell(number);
          return Behaviors.same();
        });
  }

  private static Behavior<Void> sender(ActorRef<Integer> receiver, ActorRef<Integer> middle) {
    return Behaviors.setup(
        _ -> {
          receiver.tell(1);
          middle.tell(2);
          receiver.tell(3);
          return Behaviors.empty();
        });
  }

  private static Map<String, Integer> ordersSeen(MailboxOrder order) {
    Map<String, Integer> orders = new TreeMap<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      StringBuilder seen = new StringBuilder();
      try (Simulation simulation = new Simulation(seed, order)) {
        simulation.createSystem(story(seen), "story");
        simulation.runUntilIdle();
      }
      orders.merge(seen.toString(), 1, Integer::sum);
    }
    return orders;
  }

  @Test
  void inOrderOfArrivalAHandlersMessagesStayTogether() {
    assertThat(ordersSeen(MailboxOrder.ARRIVAL)).containsOnlyKeys("132");
  }

  /** 3 before 1 would break what Akka promises, so it never shows. */
  @Test
  void perSenderEveryOrderThatAkkaAllowsIsFound() {
    Map<String, Integer> orders = ordersSeen(MailboxOrder.PER_SENDER);
    assertThat(orders).containsOnlyKeys("123", "132", "213");
    assertThat(orders.values()).as("none of them rare").allMatch(count -> count > SEEDS / 10);
  }
}
