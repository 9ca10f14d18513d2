package io.xengarden.xenstore.ring;

import static io.xengarden.abi.XenstoreOp.MKDIR;
import static io.xengarden.abi.XenstoreOp.READ;
import static io.xengarden.abi.XenstoreOp.RESET_WATCHES;
import static io.xengarden.abi.XenstoreOp.WATCH;
import static io.xengarden.abi.XenstoreOp.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.machine.HostMemory;
import io.xengarden.xenstore.server.Connection;
import io.xengarden.xenstore.server.Nodes;
import io.xengarden.xenstore.server.Outlet;
import io.xengarden.xenstore.server.Quota;
import io.xengarden.xenstore.server.Scope;
import io.xengarden.xenstore.server.Store;
import io.xengarden.xenstore.tree.Permissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RingTableTest {
  private final HostMemory ram = HostMemory.ofFrames(4);
  private final Store store = new Store();
  private final RingTable rings = new RingTable(store);
  private final GuestEnd guest = new GuestEnd(ram, 1);
  private final GuestEnd other = new GuestEnd(ram, 2);
  private final List<String> told = new ArrayList<>();
  private final Connection dom0 =
      store.connect(
          0,
          new Outlet() {
            @Override
            public void reply(XenstoreMessage reply) {
              throw new AssertionError(reply);
            }

            @Override
            public void event(String path, String token) {
              told.add(path);
            }
          });

  @BeforeEach
  void introduce() {
    for (int domid : new int[] {5, 6}) {
      dom0Writes("/local/domain/" + domid + "/data", "");
      Nodes.setPermissions(
          scope(), "/local/domain/" + domid + "/data", Permissions.of("n" + domid, "r6"));
    }
    rings.introduce(5, guest.page(), guest);
    rings.introduce(6, other.page(), other);
    guest.raised = 0;
    other.raised = 0;
  }

  @AfterEach
  void close() {
    ram.close();
  }

  private Scope scope() {
    return store.scope(dom0, 0);
  }

  private void dom0Writes(String path, String value) {
    Nodes.write(scope(), path, value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private void serve(int domid) {
    while (rings.serve(domid)) {}
    rings.flush();
  }

  private void otherStillWorks() {
    other.take();
    other.send(WRITE, "data|fine");
    other.send(READ, "data|");
    serve(6);
    assertThat(other.take()).containsExactly("OK|", "fine");
  }

  @Test
  void aRequestIsAnsweredThroughThePage() {
    guest.send(WRITE, "data/x|1");
    guest.send(READ, "data/x|");
    guest.send(READ, "data/y|");
    serve(5);
    assertThat(guest.take()).containsExactly("OK|", "1", "!ENOENT");
    assertThat(guest.raised).as("told that the page changed").isPositive();
  }

  @Test
  void nothingToDoRaisesNothing() {
    serve(5);
    assertThat(guest.raised).isZero();
    assertThat(rings.serve(99)).as("never introduced").isFalse();
  }

  @Test
  void aRequestMayComeByteByByte() {
    for (byte each : guest.request(WRITE, "data/x|slow")) {
      assertThat(guest.take()).isEmpty();
      guest.write(each);
      serve(5);
    }
    assertThat(guest.take()).containsExactly("OK|");
  }

  @Test
  void requestsAndRepliesMayBeLongerThanTheRing() {
    byte[] request = guest.request(WRITE, "data/x|" + "v".repeat(2000));
    for (int at = 0; at < request.length; ) {
      at += guest.write(Arrays.copyOfRange(request, at, request.length));
      serve(5);
    }
    guest.send(READ, "data/x|");
    List<String> arrived = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      serve(5);
      arrived.addAll(guest.take());
    }
    assertThat(arrived).containsExactly("OK|", "v".repeat(2000));
  }

  @Test
  void indicesWrapAround() {
    for (long index : new long[] {XenstoreRing.REQ_CONS, XenstoreRing.RSP_CONS}) {
      guest.page().putInt(index, -40);
      guest.page().putInt(index + 4, -40);
    }
    for (int i = 0; i < 10; i++) {
      guest.send(WRITE, "data/x|" + i);
      guest.send(READ, "data/x|");
      serve(5);
      assertThat(guest.take()).containsExactly("OK|", "" + i);
    }
  }

  @Test
  void aTurnServesABoundedNumberOfRequests() {
    int sent = 0;
    while (guest.send(RESET_WATCHES, "")) {
      sent++;
    }
    assertThat(sent).isEqualTo(64);
    assertThat(rings.serve(5)).as("there is more").isTrue();
    assertThat(guest.take()).hasSize(RingSession.REQUESTS_PER_TURN);
    assertThat(rings.serve(5)).isTrue();
    assertThat(rings.serve(5)).isTrue();
    assertThat(guest.take()).hasSize(2 * RingSession.REQUESTS_PER_TURN);
    assertThat(rings.serve(5)).as("that was all").isFalse();
  }

  @Test
  void aGuestThatDoesNotReadIsNotServedFurther() {
    dom0Writes("/local/domain/5/data/x", "v".repeat(1000));
    Nodes.setPermissions(scope(), "/local/domain/5/data/x", Permissions.of("n5"));
    int accepted = 0;
    for (int i = 0; i < 1000; i++) {
      if (guest.send(READ, "data/x|")) {
        accepted++;
      }
      serve(5);
    }
    int waiting = 1024 / 23;
    assertThat(accepted)
        .as("the ring of requests is full, one reply is in the other, 20 wait")
        .isLessThanOrEqualTo(waiting + 1 + Quota.OUTSTANDING.initial());
    otherStillWorks();
    int answered = 0;
    for (int i = 0; i < 1000 && answered < accepted; i++) {
      answered += guest.take().size();
      serve(5);
    }
    assertThat(answered).as("nothing is lost once it reads").isEqualTo(accepted);
  }

  @Test
  void eventsReachADomainThatAsksForNothing() {
    other.send(WATCH, "data|t|");
    serve(6);
    assertThat(other.take()).containsExactly("OK|", "event data|t|");
    other.raised = 0;
    dom0Writes("/local/domain/6/data/x", "1");
    rings.flush();
    assertThat(other.take()).containsExactly("event data/x|t|");
    assertThat(other.raised).isEqualTo(1);
  }

  @Test
  void anEventThatWaitsAlreadyIsNotQueuedAgain() {
    other.send(WATCH, "data|t|");
    serve(6);
    other.take();
    for (int i = 0; i < 5000; i++) {
      dom0Writes("/local/domain/6/data/x", "" + i);
    }
    rings.flush();
    assertThat(other.take()).containsExactly("event data/x|t|");
  }

  @Test
  void eventsOfADomainThatDoesNotReadAreBounded() {
    other.send(WATCH, "data|t|");
    serve(6);
    other.take();
    for (int i = 0; i < 3 * Outbox.EVENTS_MAX; i++) {
      dom0Writes("/local/domain/6/data/" + i, "");
      rings.flush();
    }
    int arrived = 0;
    for (int count = -1; count != 0; arrived += count) {
      count = other.take().size();
      serve(6);
    }
    assertThat(arrived).isBetween(Outbox.EVENTS_MAX, Outbox.EVENTS_MAX + 100);
  }

  @Test
  void waitingEventsAreChargedToTheirDomain() {
    other.send(WATCH, "@releaseDomain|t|");
    serve(6);
    other.take();
    Nodes.setPermissions(scope(), "@releaseDomain", Permissions.of("n0", "r6"));
    rings.flush();
    other.take();
    long before = store.requireIntroduced(6).bytes();
    for (int i = 0; i < 100; i++) {
      store.shutdown(5);
      store.resume(5);
    }
    rings.flush();
    assertThat(store.requireIntroduced(6).bytes()).isGreaterThan(before + 1000);
    for (int i = 0; i < 10; i++) {
      other.take();
      serve(6);
    }
    assertThat(store.requireIntroduced(6).bytes()).isEqualTo(before);
  }

  @Test
  void impossibleIndicesEndThatConnectionOnly() {
    guest.send(WATCH, "data|t|");
    serve(5);
    guest.take();
    guest.page().putInt(XenstoreRing.REQ_PROD, guest.page().getInt(XenstoreRing.REQ_CONS) + 1025);
    serve(5);
    assertThat(guest.error()).isEqualTo(XenstoreRing.ERROR_RINGIDX);
    dom0Writes("/local/domain/5/data/x", "1");
    rings.flush();
    assertThat(store.introduced(5)).as("its end is still to be told").isTrue();
    assertThat(store.requireIntroduced(5).watches()).isZero();
    otherStillWorks();
  }

  @Test
  void impossibleResponseIndicesEndThatConnectionOnly() {
    guest.send(READ, "data|");
    guest.page().putInt(XenstoreRing.RSP_CONS, 1);
    serve(5);
    assertThat(guest.error()).isEqualTo(XenstoreRing.ERROR_RINGIDX);
    otherStillWorks();
  }

  @Test
  void aRequestThatIsTooLongEndsTheConnection() {
    byte[] request = guest.request(MKDIR, "data/x|");
    request[13] = 0x10;
    request[12] = 1;
    guest.write(request);
    serve(5);
    assertThat(guest.error()).isEqualTo(XenstoreRing.ERROR_PROTO);
    guest.send(READ, "data|");
    serve(5);
    assertThat(guest.take()).as("no longer served").isEmpty();
    otherStillWorks();
  }

  @Test
  void theLongestRequestIsServed() {
    byte[] request = guest.request(WRITE, "data/x|" + "v".repeat(4096 - 7));
    for (int at = 0; at < request.length; ) {
      at += guest.write(Arrays.copyOfRange(request, at, request.length));
      serve(5);
    }
    assertThat(guest.take()).as("served, but too big a node").containsExactly("!ENOSPC");
  }

  @Test
  void aPageThatCannotBeWrittenEndsTheConnection() {
    rings.introduce(7, guest.memory.page(0, false), guest);
    assertThat(rings.serve(7)).isFalse();
    otherStillWorks();
  }

  @Test
  void aGuestMayAskForANewStart() {
    guest.send(WATCH, "data|t|");
    serve(5);
    guest.write((byte) 1, (byte) 2);
    guest.page().putInt(XenstoreRing.REQ_PROD, 77777);
    serve(5);
    assertThat(guest.error()).isEqualTo(XenstoreRing.ERROR_RINGIDX);
    guest.page().putIntRelease(XenstoreRing.CONNECTION, XenstoreRing.RECONNECT);
    serve(5);
    assertThat(guest.page().getInt(XenstoreRing.CONNECTION)).isEqualTo(XenstoreRing.CONNECTED);
    assertThat(guest.error()).isZero();
    dom0Writes("/local/domain/5/data/x", "1");
    guest.send(READ, "data/x|");
    serve(5);
    assertThat(guest.take()).as("its watch is gone").containsExactly("1");
  }

  @Test
  void thePageTellsWhatTheServerCan() {
    store.setFeatures(8, XenstoreRing.FEATURE_ERROR);
    GuestEnd plain = new GuestEnd(ram, 3);
    rings.introduce(8, plain.page(), plain);
    assertThat(plain.page().getInt(XenstoreRing.SERVER_FEATURES)).isEqualTo(2);
    assertThat(guest.page().getInt(XenstoreRing.SERVER_FEATURES)).isEqualTo(7);
  }

  @Test
  void introducedAgainTheRingBeginsAnew() {
    guest.send(WATCH, "data|t|");
    serve(5);
    guest.write((byte) 1);
    serve(5);
    store.watch(dom0, "@introduceDomain", "t", Store.ANY_DEPTH);
    rings.introduce(5, guest.page(), guest);
    assertThat(told).as("no second introduction").isEmpty();
    dom0Writes("/local/domain/5/data/x", "1");
    guest.send(READ, "data/x|");
    serve(5);
    assertThat(guest.take()).containsExactly("1");
    rings.reconnect(5);
    guest.send(READ, "data/x|");
    serve(5);
    assertThat(guest.take()).containsExactly("1");
  }

  @Test
  void aReleasedDomainIsNotServed() {
    store.watch(dom0, "@releaseDomain", "t", Store.ANY_DEPTH);
    guest.send(WRITE, "data/x|1");
    rings.release(5);
    assertThat(told).containsExactly("@releaseDomain");
    assertThat(rings.serve(5)).isFalse();
    assertThat(guest.take()).isEmpty();
    assertThat(store.introduced(5)).isFalse();
    otherStillWorks();
    assertThat(store.check()).isEmpty();
  }
}
