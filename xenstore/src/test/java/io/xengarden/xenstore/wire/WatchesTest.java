package io.xengarden.xenstore.wire;

import static io.xengarden.abi.XenstoreOp.MKDIR;
import static io.xengarden.abi.XenstoreOp.RELEASE;
import static io.xengarden.abi.XenstoreOp.RESUME;
import static io.xengarden.abi.XenstoreOp.RM;
import static io.xengarden.abi.XenstoreOp.SET_FEATURE;
import static io.xengarden.abi.XenstoreOp.SET_PERMS;
import static io.xengarden.abi.XenstoreOp.UNWATCH;
import static io.xengarden.abi.XenstoreOp.WATCH;
import static io.xengarden.abi.XenstoreOp.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WatchesTest {
  private final TestHost host = new TestHost();
  private final TestClient dom0 = host.dom0();
  private final TestClient watcher = host.dom0();

  private void watch(String payload) {
    assertThat(watcher.ask(WATCH, payload)).isEqualTo("OK|");
    watcher.events();
  }

  @Test
  void theFirstEventComesRightBehindTheReply() {
    watcher.ask(WATCH, "/nothing/there|token|");
    assertThat(watcher.arrived()).containsExactly("-", "/nothing/there token");
  }

  @Test
  void anotherEventComesBeforeTheReply() {
    watch("/a|t|");
    watcher.ask(WRITE, "/a|1");
    assertThat(watcher.arrived()).containsExactly("/a t", "-");
  }

  @Test
  void changesAtAndBelowThePathAreTold() {
    watch("/a|t|");
    dom0.ask(WRITE, "/a|1");
    dom0.ask(WRITE, "/a/b/c|1");
    dom0.ask(MKDIR, "/a/d|");
    dom0.ask(SET_PERMS, "/a/d|r0|");
    dom0.ask(RM, "/a/b|");
    assertThat(watcher.events()).containsExactly("/a t", "/a/b/c t", "/a/d t", "/a/d t", "/a/b t");
  }

  @Test
  void changesElsewhereAreNotTold() {
    watch("/a/b|t|");
    dom0.ask(WRITE, "/a|1");
    dom0.ask(WRITE, "/a/bc|1");
    dom0.ask(RM, "/a/missing|");
    dom0.ask(MKDIR, "/a|");
    assertThat(watcher.events()).isEmpty();
  }

  @Test
  void theRemovalOfANodeAboveTellsTheWatchedPathItself() {
    dom0.ask(WRITE, "/a/b/c|1");
    watch("/a/b|t|");
    watch("/a/b/missing|u|");
    dom0.ask(RM, "/a|");
    assertThat(watcher.events()).containsExactly("/a/b t");
  }

  @Test
  void everyMatchingWatchFiresFromTheRootDown() {
    watch("/a/b|3|");
    watch("/|1|");
    watch("/a|2|");
    watch("/a|2b|");
    dom0.ask(WRITE, "/a/b|1");
    assertThat(watcher.events()).containsExactly("/a/b 1", "/a/b 2", "/a/b 2b", "/a/b 3");
  }

  @Test
  void aWatchIsSetOnce() {
    watch("/a|t|");
    assertThat(watcher.ask(WATCH, "/a|t|")).isEqualTo("!EEXIST");
    assertThat(watcher.events()).isEmpty();
    assertThat(watcher.ask(WATCH, "/a|u|")).isEqualTo("OK|");
    assertThat(dom0.ask(WATCH, "/a|t|")).as("another connection's").isEqualTo("OK|");
  }

  @Test
  void anEndedWatchIsSilent() {
    watch("/a|t|");
    assertThat(watcher.ask(UNWATCH, "/a|u|")).isEqualTo("!ENOENT");
    assertThat(watcher.ask(UNWATCH, "/a|t|")).isEqualTo("OK|");
    dom0.ask(WRITE, "/a|1");
    assertThat(watcher.events()).isEmpty();
    assertThat(watcher.ask(UNWATCH, "/a|t|")).isEqualTo("!ENOENT");
  }

  @Test
  void malformedWatchesAreRefused() {
    assertThat(watcher.ask(WATCH, "/a|")).isEqualTo("!EINVAL");
    assertThat(watcher.ask(WATCH, "/a|t|1|2|")).isEqualTo("!EINVAL");
    assertThat(watcher.ask(WATCH, "/a|t|x|")).isEqualTo("!EINVAL");
    assertThat(watcher.ask(WATCH, "/a/|t|")).isEqualTo("!EINVAL");
    assertThat(watcher.ask(UNWATCH, "/a|")).isEqualTo("!EINVAL");
  }

  @Test
  void aRelativeWatchTellsRelativePaths() {
    TestClient guest = host.domain(5);
    dom0.ask(WRITE, "/local/domain/5/device|");
    dom0.ask(SET_PERMS, "/local/domain/5/device|n0|r5|");
    guest.ask(WATCH, "device|t|");
    assertThat(guest.events()).containsExactly("device t");
    dom0.ask(WRITE, "/local/domain/5/device/vbd|");
    assertThat(guest.events()).containsExactly("device/vbd t");
    assertThat(guest.ask(UNWATCH, "/local/domain/5/device|t|")).as("same path").isEqualTo("OK|");
  }

  @Test
  void aDepthLimitsHowFarBelowAWatchReaches() {
    watch("/a|0|0|");
    watch("/a|1|1|");
    watch("/|root1|1|");
    dom0.ask(WRITE, "/a|");
    assertThat(watcher.events()).containsExactlyInAnyOrder("/a 0", "/a 1", "/a root1");
    dom0.ask(WRITE, "/a/b|");
    assertThat(watcher.events()).containsExactly("/a/b 1");
    dom0.ask(WRITE, "/a/b/c|");
    assertThat(watcher.events()).isEmpty();
  }

  @Test
  void aDepthNeedsTheFeature() {
    assertThat(dom0.ask(SET_FEATURE, "5|3|")).isEqualTo("OK|");
    assertThat(host.domain(5).ask(WATCH, "x|t|1|")).isEqualTo("!EINVAL");
    assertThat(host.domain(6).ask(WATCH, "x|t|1|")).isEqualTo("OK|");
  }

  @Test
  void whoMayNotReadIsNotTold() {
    TestClient guest = host.domain(5);
    guest.ask(WATCH, "/a|t|");
    guest.events();
    dom0.ask(WRITE, "/a/secret|1");
    assertThat(guest.events()).isEmpty();
    dom0.ask(SET_PERMS, "/a/secret|n0|r5|");
    assertThat(guest.events()).containsExactly("/a/secret t");
    dom0.ask(SET_PERMS, "/a/secret|n0|");
    assertThat(guest.events()).as("that it may read no longer").containsExactly("/a/secret t");
    dom0.ask(SET_PERMS, "/a|r0|");
    guest.events();
    dom0.ask(RM, "/a/secret|");
    assertThat(guest.events()).as("who reads the parent sees it go").containsExactly("/a/secret t");
  }

  @Test
  void domainsComingAndGoingAreTold() {
    watch("@introduceDomain|i|");
    watch("@releaseDomain|r|");
    host.domain(5);
    host.store.introduce(5, new TestClient(host.wire));
    assertThat(watcher.events()).as("once").containsExactly("@introduceDomain i");
    host.store.shutdown(5);
    host.store.shutdown(5);
    assertThat(watcher.events()).as("once until resumed").containsExactly("@releaseDomain r");
    assertThat(dom0.ask(RESUME, "5|")).isEqualTo("OK|");
    host.store.shutdown(5);
    assertThat(dom0.ask(RELEASE, "5|")).isEqualTo("OK|");
    assertThat(watcher.events()).containsExactly("@releaseDomain r", "@releaseDomain r");
    assertThat(dom0.ask(RELEASE, "5|")).isEqualTo("!ENOENT");
    host.store.release(9);
    assertThat(watcher.events()).as("never introduced").isEmpty();
  }

  @Test
  void aDepthOrAPathTellsWhichDomainItWas() {
    watch("@releaseDomain|any|");
    watch("@releaseDomain|which|1|");
    watch("@releaseDomain/6|six|");
    host.domain(5);
    host.domain(6);
    host.store.release(5);
    assertThat(watcher.events()).containsExactly("@releaseDomain any", "@releaseDomain/5 which");
    host.store.release(6);
    assertThat(watcher.events())
        .containsExactly("@releaseDomain any", "@releaseDomain/6 which", "@releaseDomain/6 six");
  }

  @Test
  void guestsLearnOfDomainsOnlyByPermission() {
    TestClient guest = host.domain(5);
    guest.ask(WATCH, "@introduceDomain|t|");
    guest.events();
    host.domain(6);
    assertThat(guest.events()).isEmpty();
    dom0.ask(SET_PERMS, "@introduceDomain|n0|r5|");
    guest.events();
    host.domain(7);
    assertThat(guest.events()).containsExactly("@introduceDomain t");
  }

  @Test
  void aReleasedDomainsWatchesAreGone() {
    TestClient guest = host.domain(5);
    dom0.ask(WRITE, "/a|1");
    dom0.ask(SET_PERMS, "/a|r0|");
    guest.ask(WATCH, "/a|t|");
    guest.events();
    host.store.release(5);
    dom0.ask(WRITE, "/a|2");
    assertThat(guest.events()).isEmpty();
    assertThat(guest.connection().open()).isFalse();
  }
}
