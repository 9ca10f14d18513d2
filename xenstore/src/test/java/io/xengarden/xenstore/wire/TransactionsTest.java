package io.xengarden.xenstore.wire;

import static io.xengarden.abi.XenstoreOp.DIRECTORY;
import static io.xengarden.abi.XenstoreOp.MKDIR;
import static io.xengarden.abi.XenstoreOp.READ;
import static io.xengarden.abi.XenstoreOp.RESET_WATCHES;
import static io.xengarden.abi.XenstoreOp.RM;
import static io.xengarden.abi.XenstoreOp.SET_PERMS;
import static io.xengarden.abi.XenstoreOp.TRANSACTION_END;
import static io.xengarden.abi.XenstoreOp.TRANSACTION_START;
import static io.xengarden.abi.XenstoreOp.WATCH;
import static io.xengarden.abi.XenstoreOp.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TransactionsTest {
  private final TestHost host = new TestHost();
  private final TestClient dom0 = host.dom0();
  private final TestClient rival = host.dom0();

  @Test
  void changesShowInsideAtOnceAndOutsideAtTheCommit() {
    int t = dom0.start();
    dom0.in(t, WRITE, "/a/b|1");
    assertThat(dom0.in(t, READ, "/a/b|")).isEqualTo("1");
    assertThat(dom0.in(t, DIRECTORY, "/a|")).isEqualTo("b|");
    assertThat(dom0.ask(READ, "/a/b|")).isEqualTo("!ENOENT");
    assertThat(dom0.commit(t)).isEqualTo("OK|");
    assertThat(dom0.ask(READ, "/a/b|")).isEqualTo("1");
    assertThat(host.store.check()).isEmpty();
  }

  @Test
  void aDiscardedTransactionChangesNothing() {
    int t = dom0.start();
    dom0.in(t, WRITE, "/a|1");
    assertThat(dom0.in(t, TRANSACTION_END, "F|")).isEqualTo("OK|");
    assertThat(dom0.ask(READ, "/a|")).isEqualTo("!ENOENT");
    assertThat(dom0.in(t, READ, "/tool|")).as("it is over").isEqualTo("!ENOENT");
  }

  @Test
  void aChangeOfWhatWasReadConflicts() {
    dom0.ask(WRITE, "/a|1");
    int t = dom0.start();
    dom0.in(t, READ, "/a|");
    dom0.in(t, WRITE, "/b|1");
    rival.ask(WRITE, "/a|1");
    assertThat(dom0.commit(t)).as("the same value is a change, too").isEqualTo("!EAGAIN");
    assertThat(dom0.ask(READ, "/b|")).isEqualTo("!ENOENT");
  }

  @Test
  void aChangeOfWhatWasOnlyWrittenConflictsAsWell() {
    dom0.ask(WRITE, "/a|1");
    int t = dom0.start();
    dom0.in(t, WRITE, "/a|2");
    rival.ask(WRITE, "/a|3");
    assertThat(dom0.commit(t)).isEqualTo("!EAGAIN");
    assertThat(dom0.ask(READ, "/a|")).isEqualTo("3");
  }

  @Test
  void theAppearanceOfWhatWasMissingConflicts() {
    int t = dom0.start();
    dom0.in(t, READ, "/a|");
    rival.ask(WRITE, "/a|1");
    assertThat(dom0.commit(t)).isEqualTo("!EAGAIN");
  }

  @Test
  void theRemovalOfWhatWasReadConflicts() {
    dom0.ask(WRITE, "/a|1");
    int t = dom0.start();
    dom0.in(t, READ, "/a|");
    rival.ask(RM, "/a|");
    assertThat(dom0.commit(t)).isEqualTo("!EAGAIN");
  }

  @Test
  void aNewSiblingConflictsWithAListingAndWithACreation() {
    dom0.ask(WRITE, "/a/x|1");
    int listing = dom0.start();
    dom0.in(listing, DIRECTORY, "/a|");
    int creating = dom0.start();
    dom0.in(creating, WRITE, "/a/y|1");
    int reading = dom0.start();
    dom0.in(reading, READ, "/a/x|");
    rival.ask(WRITE, "/a/z|1");
    assertThat(dom0.commit(listing)).isEqualTo("!EAGAIN");
    assertThat(dom0.commit(creating)).isEqualTo("!EAGAIN");
    assertThat(dom0.commit(reading)).isEqualTo("OK|");
  }

  @Test
  void changesElsewhereDoNotConflict() {
    dom0.ask(WRITE, "/a|1");
    dom0.ask(WRITE, "/b|1");
    int t = dom0.start();
    dom0.in(t, WRITE, "/a|2");
    rival.ask(WRITE, "/b|2");
    rival.ask(WRITE, "/a/below|1");
    assertThat(dom0.commit(t)).as("but a child changes its parent").isEqualTo("!EAGAIN");
    t = dom0.start();
    dom0.in(t, WRITE, "/a|2");
    rival.ask(WRITE, "/b|3");
    rival.ask(WRITE, "/a/below|2");
    assertThat(dom0.commit(t)).isEqualTo("OK|");
  }

  @Test
  void aChangeBeforeTheFirstLookDoesNotConflict() {
    dom0.ask(WRITE, "/a|1");
    int t = dom0.start();
    rival.ask(WRITE, "/a|2");
    assertThat(dom0.in(t, READ, "/a|")).isEqualTo("2");
    assertThat(dom0.commit(t)).isEqualTo("OK|");
  }

  @Test
  void ofTwoThatInterfereTheFirstWins() {
    dom0.ask(WRITE, "/a|0");
    dom0.ask(WRITE, "/b|0");
    int one = dom0.start();
    int two = rival.start();
    dom0.in(one, READ, "/a|");
    rival.in(two, READ, "/b|");
    dom0.in(one, WRITE, "/b|1");
    rival.in(two, WRITE, "/a|2");
    assertThat(dom0.commit(one)).isEqualTo("OK|");
    assertThat(rival.commit(two)).isEqualTo("!EAGAIN");
    assertThat(dom0.ask(READ, "/a|")).isEqualTo("0");
  }

  @Test
  void removedAndMadeAgainIsMade() {
    dom0.ask(WRITE, "/a/b/c|1");
    int t = dom0.start();
    dom0.in(t, RM, "/a|");
    assertThat(dom0.in(t, READ, "/a/b/c|")).isEqualTo("!ENOENT");
    dom0.in(t, WRITE, "/a/b|2");
    assertThat(dom0.commit(t)).isEqualTo("OK|");
    assertThat(dom0.ask(READ, "/a/b|")).isEqualTo("2");
    assertThat(dom0.ask(READ, "/a/b/c|")).isEqualTo("!ENOENT");
    assertThat(host.store.check()).isEmpty();
  }

  @Test
  void madeAndRemovedLeavesNothing() {
    int t = dom0.start();
    dom0.in(t, WRITE, "/a/b|1");
    dom0.in(t, RM, "/a|");
    assertThat(dom0.commit(t)).isEqualTo("OK|");
    assertThat(dom0.ask(DIRECTORY, "/|")).isEqualTo("tool|");
    assertThat(host.store.check()).isEmpty();
  }

  @Test
  void eventsComeWithTheCommitAndOncePerNode() {
    rival.ask(WATCH, "/a|t|");
    rival.events();
    int t = dom0.start();
    dom0.in(t, WRITE, "/a/x|1");
    dom0.in(t, WRITE, "/a/x|2");
    dom0.in(t, MKDIR, "/a/y|");
    assertThat(rival.events()).isEmpty();
    dom0.commit(t);
    assertThat(rival.events()).containsExactly("/a/x t", "/a/y t");
    t = dom0.start();
    dom0.in(t, WRITE, "/a/x|3");
    dom0.in(t, TRANSACTION_END, "F|");
    assertThat(rival.events()).isEmpty();
  }

  @Test
  void ofSeveralEventsOfANodeTheFurthestReachesOut() {
    dom0.ask(WRITE, "/a/b|1");
    rival.ask(WATCH, "/|t|");
    rival.events();
    int t = dom0.start();
    dom0.in(t, RM, "/a|");
    dom0.commit(t);
    assertThat(rival.events()).as("what went with /a").containsExactly("/a t");
    dom0.ask(WRITE, "/a/b|1");
    rival.events();
    t = dom0.start();
    dom0.in(t, WRITE, "/a/b|2");
    dom0.in(t, RM, "/a|");
    dom0.commit(t);
    assertThat(rival.events())
        .as("/a/b was written, too")
        .containsExactlyInAnyOrder("/a t", "/a/b t");
  }

  @Test
  void aConflictFiresNothing() {
    dom0.ask(WRITE, "/a|1");
    rival.ask(WATCH, "/b|t|");
    rival.events();
    int t = dom0.start();
    dom0.in(t, WRITE, "/b|1");
    dom0.in(t, READ, "/a|");
    rival.ask(WRITE, "/a|2");
    dom0.commit(t);
    assertThat(rival.events()).isEmpty();
  }

  @Test
  void transactionsDoNotNest() {
    int t = dom0.start();
    assertThat(dom0.in(t, TRANSACTION_START, "|")).isEqualTo("!EBUSY");
    assertThat(dom0.in(t + 1, TRANSACTION_START, "|")).isEqualTo("!ENOENT");
  }

  @Test
  void transactionsAreTheirConnectionsOwn() {
    int t = dom0.start();
    assertThat(rival.in(t, READ, "/tool|")).isEqualTo("!ENOENT");
    assertThat(rival.commit(t)).isEqualTo("!ENOENT");
    assertThat(dom0.commit(0)).isEqualTo("!ENOENT");
    assertThat(dom0.in(t, TRANSACTION_END, "X|")).isEqualTo("!EINVAL");
    assertThat(dom0.commit(t)).as("still there after a malformed end").isEqualTo("OK|");
  }

  @Test
  void resetEndsTransactionsAndWatches() {
    int t = dom0.start();
    dom0.ask(WATCH, "/a|t|");
    dom0.events();
    assertThat(dom0.ask(RESET_WATCHES, "|")).isEqualTo("OK|");
    assertThat(dom0.commit(t)).isEqualTo("!ENOENT");
    dom0.ask(WRITE, "/a|1");
    assertThat(dom0.events()).isEmpty();
  }

  @Test
  void aTransactionThatSeesContradictionsOnlyFails() {
    dom0.ask(WRITE, "/a/b|1");
    int gone = dom0.start();
    int come = dom0.start();
    dom0.in(gone, DIRECTORY, "/a|");
    dom0.in(come, DIRECTORY, "/a|");
    rival.ask(RM, "/a/b|");
    rival.ask(WRITE, "/a/c|1");
    assertThat(dom0.in(gone, WRITE, "/a/b|2")).as("listed, but not there").isEqualTo("OK|");
    assertThat(dom0.in(gone, RM, "/a|")).isEqualTo("OK|");
    assertThat(dom0.in(come, RM, "/a/c|")).as("there, but not listed").isEqualTo("OK|");
    assertThat(dom0.in(come, RM, "/a|")).isEqualTo("OK|");
    assertThat(dom0.commit(gone)).isEqualTo("!EAGAIN");
    assertThat(dom0.commit(come)).isEqualTo("!EAGAIN");
  }

  @Test
  void permissionsCanBeSetInside() {
    dom0.ask(WRITE, "/a|1");
    TestClient guest = host.domain(5);
    int t = dom0.start();
    dom0.in(t, SET_PERMS, "/a|n0|r5|");
    assertThat(guest.ask(READ, "/a|")).isEqualTo("!EACCES");
    dom0.commit(t);
    assertThat(guest.ask(READ, "/a|")).isEqualTo("1");
  }

  @Test
  void aDomainThatDiesMeanwhileConflicts() {
    dom0.ask(WRITE, "/a|1");
    dom0.ask(SET_PERMS, "/a|n0|r5|");
    host.domain(5);
    int t = dom0.start();
    dom0.in(t, WRITE, "/a/b|1");
    host.store.release(5);
    assertThat(dom0.commit(t)).as("b would have named the dead domain").isEqualTo("!EAGAIN");
  }
}
