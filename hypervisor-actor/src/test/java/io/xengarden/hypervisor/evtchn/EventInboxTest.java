package io.xengarden.hypervisor.evtchn;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import io.xengarden.hypervisor.DomainSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EventInboxTest {
  private final TestInbox<DomainSignal> domain = TestInbox.create();
  private final EventInbox inbox = new EventInbox(1024);

  @Test
  void aFloodOfRaisesIsOneMessage() {
    inbox.attach(domain.getRef());
    for (int i = 0; i < 1000; i++) {
      inbox.sink(i % 7).raise();
    }
    assertThat(domain.getAllReceived()).containsExactly(new DomainSignal.EventsRaised());
  }

  @Test
  void afterADrainTheNextRaiseIsToldAgain() {
    inbox.attach(domain.getRef());
    inbox.raise(3);
    inbox.drain(port -> {});
    inbox.raise(3);
    assertThat(domain.getAllReceived()).hasSize(2);
  }

  @Test
  void whatWasRaisedBeforeTheActorIsThereIsToldWhenItIs() {
    inbox.raise(900);
    assertThat(inbox.hasAttention()).isTrue();
    inbox.attach(domain.getRef());
    assertThat(domain.getAllReceived()).containsExactly(new DomainSignal.EventsRaised());
  }

  /** Raisers count up a plain-looking number per port; a drain must see what was there before. */
  @Test
  void noRaiseIsLostBetweenThreads() throws InterruptedException {
    int raisers = 3;
    int rounds = 200_000;
    AtomicIntegerArray written = new AtomicIntegerArray(raisers);
    int[] seen = new int[raisers];
    AtomicLong running = new AtomicLong(raisers);
    List<Thread> threads = new ArrayList<>();
    for (int port = 0; port < raisers; port++) {
      int mine = port;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 1; i <= rounds; i++) {
                      written.setOpaque(mine, i);
                      inbox.raise(mine);
                    }
                    running.decrementAndGet();
                  }));
    }
    while (running.get() > 0 || inbox.hasAttention()) {
      inbox.drain(port -> seen[port] = written.getOpaque(port));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    inbox.drain(port -> seen[port] = written.getOpaque(port));
    assertThat(seen).as("the last write before the last raise").containsOnly(rounds);
  }
}
