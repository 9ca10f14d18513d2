package io.xengarden.xenstore.wire;

import static io.xengarden.abi.XenstoreOp.GET_QUOTA;
import static io.xengarden.abi.XenstoreOp.MKDIR;
import static io.xengarden.abi.XenstoreOp.READ;
import static io.xengarden.abi.XenstoreOp.RM;
import static io.xengarden.abi.XenstoreOp.SET_PERMS;
import static io.xengarden.abi.XenstoreOp.SET_QUOTA;
import static io.xengarden.abi.XenstoreOp.TRANSACTION_START;
import static io.xengarden.abi.XenstoreOp.UNWATCH;
import static io.xengarden.abi.XenstoreOp.WATCH;
import static io.xengarden.abi.XenstoreOp.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one guest may use up. Counts are refused when they would reach the limit, as in Xen. */
class QuotasTest {
  private final TestHost host = new TestHost();
  private final TestClient dom0 = host.dom0();
  private final TestClient guest = host.domain(5);

  @BeforeEach
  void giveTheGuestAPlace() {
    dom0.ask(MKDIR, "/g|");
    dom0.ask(SET_PERMS, "/g|b0|");
  }

  @Test
  void nodesAreLimited() {
    for (int i = 0; i < 999; i++) {
      assertThat(guest.ask(WRITE, "/g/" + i / 100 + "/" + i % 100 + "|"))
          .isEqualTo(i < 989 ? "OK|" : "!ENOSPC");
    }
    assertThat(host.store.requireIntroduced(5).nodes()).isEqualTo(999);
    assertThat(guest.ask(WRITE, "/g/0/0|again")).as("no new node").isEqualTo("OK|");
    assertThat(guest.ask(RM, "/g/0/0|")).isEqualTo("OK|");
    assertThat(guest.ask(WRITE, "/g/0/x/y|")).as("two are too many").isEqualTo("!ENOSPC");
    assertThat(guest.ask(READ, "/g/0/x|")).as("so none was made").isEqualTo("!ENOENT");
    assertThat(guest.ask(WRITE, "/g/0/x|")).isEqualTo("OK|");
    assertThat(host.store.check()).isEmpty();
  }

  @Test
  void nodesOfTransactionsAreLimitedTogether() {
    dom0.ask(SET_QUOTA, "5|nodes|10|");
    int one = guest.start();
    int two = guest.start();
    for (int i = 0; i < 6; i++) {
      assertThat(guest.in(one, WRITE, "/g/a/" + i + "|")).isEqualTo("OK|");
      assertThat(guest.in(two, WRITE, "/g/b/" + i + "|")).isEqualTo("OK|");
    }
    assertThat(guest.commit(one)).isEqualTo("OK|");
    assertThat(guest.commit(two)).isEqualTo("!ENOSPC");
    int three = guest.start();
    assertThat(guest.in(three, WRITE, "/g/c/d/e|")).isEqualTo("!ENOSPC");
    assertThat(host.store.check()).isEmpty();
  }

  @Test
  void watchesAreLimited() {
    for (int i = 1; i < 128; i++) {
      assertThat(guest.ask(WATCH, "/g|" + i + "|")).isEqualTo("OK|");
    }
    assertThat(guest.ask(WATCH, "/g|128|")).isEqualTo("!ENOSPC");
    guest.ask(UNWATCH, "/g|1|");
    assertThat(guest.ask(WATCH, "/g|128|")).isEqualTo("OK|");
  }

  @Test
  void transactionsAreLimited() {
    for (int i = 1; i < 10; i++) {
      guest.start();
    }
    assertThat(guest.ask(TRANSACTION_START, "|")).isEqualTo("!ENOSPC");
  }

  @Test
  void aTransactionLooksAtALimitedNumberOfNodesAndFailsBeyond() {
    dom0.ask(SET_QUOTA, "5|transaction-nodes|4|");
    int t = guest.start();
    for (int i = 0; i < 3; i++) {
      guest.in(t, READ, "/g/" + i + "|");
    }
    assertThat(guest.in(t, READ, "/g/x|")).isEqualTo("!ENOSPC");
    assertThat(guest.in(t, WRITE, "/g/0|1")).as("looked at before").isEqualTo("OK|");
    assertThat(guest.commit(t)).isEqualTo("!ENOMEM");
    assertThat(dom0.ask(READ, "/g/0|")).isEqualTo("!ENOENT");
  }

  @Test
  void aNodesSizeIsLimited() {
    int header = 16 + 8;
    assertThat(guest.ask(WRITE, "/g/a|" + "x".repeat(2048 - header))).isEqualTo("OK|");
    assertThat(guest.ask(WRITE, "/g/a|" + "x".repeat(2049 - header))).isEqualTo("!ENOSPC");
    assertThat(guest.ask(WRITE, "/g/b|" + "x".repeat(2049 - header))).isEqualTo("!ENOSPC");
    assertThat(guest.ask(WRITE, "/g/a/child|")).as("its name is part of a").isEqualTo("!ENOSPC");
    assertThat(guest.ask(SET_PERMS, "/g/a|b5|r0|")).as("an entry, too").isEqualTo("!ENOSPC");
    assertThat(dom0.ask(WRITE, "/g/a|" + "x".repeat(4000))).as("dom0 may").isEqualTo("OK|");
  }

  @Test
  void pathsAreLimited() {
    String longest = "/g/" + "x".repeat(2045);
    assertThat(guest.ask(READ, longest + "|")).isEqualTo("!ENOENT");
    assertThat(guest.ask(READ, longest + "x|")).isEqualTo("!EINVAL");
    String own = "/local/domain/5/" + "x".repeat(2048);
    assertThat(guest.ask(READ, own + "|")).as("below its own path").isEqualTo("!EACCES");
    assertThat(guest.ask(READ, own + "x|")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(READ, own + "x|")).isEqualTo("!ENOENT");
  }

  @Test
  void memoryIsLimited() {
    dom0.ask(SET_QUOTA, "5|memory|2000|");
    assertThat(guest.ask(WRITE, "/g/a|" + "x".repeat(1000))).isEqualTo("OK|");
    assertThat(guest.ask(WRITE, "/g/b|" + "x".repeat(1000))).isEqualTo("!ENOSPC");
    assertThat(guest.ask(WATCH, "/g|" + "t".repeat(1000) + "|")).isEqualTo("!ENOSPC");
    int t = guest.start();
    assertThat(guest.in(t, WRITE, "/g/a|" + "x".repeat(1000))).isEqualTo("!ENOSPC");
    assertThat(guest.commit(t)).isEqualTo("!ENOMEM");
    assertThat(guest.ask(RM, "/g/a|")).isEqualTo("OK|");
    assertThat(guest.ask(WRITE, "/g/b|" + "x".repeat(1000))).isEqualTo("OK|");
  }

  @Test
  void whatIsGivenBackIsCountedBack() {
    long before = host.store.requireIntroduced(5).bytes();
    guest.ask(WRITE, "/g/a/b|1");
    guest.ask(WATCH, "/g|t|");
    int t = guest.start();
    guest.in(t, WRITE, "/g/a/c|2");
    guest.commit(t);
    int discarded = guest.start();
    guest.in(discarded, RM, "/g/a|");
    assertThat(host.store.requireIntroduced(5).bytes()).isGreaterThan(before);
    guest.ask(io.xengarden.abi.XenstoreOp.RESET_WATCHES, "|");
    guest.ask(RM, "/g/a|");
    assertThat(host.store.requireIntroduced(5).bytes()).isEqualTo(before);
    assertThat(host.store.requireIntroduced(5).nodes()).isZero();
  }

  @Test
  void dom0HasNoQuota() {
    for (int i = 0; i < 2000; i++) {
      assertThat(dom0.ask(WRITE, "/many/" + i + "|")).isEqualTo("OK|");
    }
  }

  @Test
  void quotasAreReadAndSet() {
    assertThat(dom0.ask(GET_QUOTA, "")).contains("nodes watches").endsWith("|");
    assertThat(dom0.ask(GET_QUOTA, "watches|")).isEqualTo("128|");
    assertThat(dom0.ask(SET_QUOTA, "watches|3|")).isEqualTo("OK|");
    assertThat(dom0.ask(GET_QUOTA, "5|watches|")).isEqualTo("3|");
    assertThat(dom0.ask(SET_QUOTA, "5|watches|0|")).isEqualTo("OK|");
    for (int i = 0; i < 200; i++) {
      assertThat(guest.ask(WATCH, "/g|" + i + "|")).as("0 is none").isEqualTo("OK|");
    }
    assertThat(dom0.ask(GET_QUOTA, "99|watches|")).isEqualTo("!ENOENT");
    assertThat(dom0.ask(GET_QUOTA, "other|")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(SET_QUOTA, "watches|-1|")).isEqualTo("!EINVAL");
    assertThat(guest.ask(GET_QUOTA, "watches|")).isEqualTo("!EACCES");
  }
}
