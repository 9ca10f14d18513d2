package io.xengarden.xenstore.wire;

import static io.xengarden.abi.XenstoreOp.DIRECTORY;
import static io.xengarden.abi.XenstoreOp.GET_PERMS;
import static io.xengarden.abi.XenstoreOp.MKDIR;
import static io.xengarden.abi.XenstoreOp.READ;
import static io.xengarden.abi.XenstoreOp.RM;
import static io.xengarden.abi.XenstoreOp.SET_PERMS;
import static io.xengarden.abi.XenstoreOp.SET_TARGET;
import static io.xengarden.abi.XenstoreOp.WATCH;
import static io.xengarden.abi.XenstoreOp.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermissionsTest {
  private final TestHost host = new TestHost();
  private final TestClient dom0 = host.dom0();
  private final TestClient guest = host.domain(5);
  private final TestClient other = host.domain(6);

  @Test
  void aNewNodeHasThePermissionsOfTheNodeAbove() {
    dom0.ask(WRITE, "/a|");
    dom0.ask(SET_PERMS, "/a|n0|r5|");
    dom0.ask(WRITE, "/a/b/c|");
    assertThat(dom0.ask(GET_PERMS, "/a/b/c|")).isEqualTo("n0|r5|");
  }

  @Test
  void whatAnUnprivilegedDomainMakesIsItsOwn() {
    dom0.ask(WRITE, "/a|");
    dom0.ask(SET_PERMS, "/a|b0|r6|");
    assertThat(guest.ask(WRITE, "/a/b|1")).isEqualTo("OK|");
    assertThat(dom0.ask(GET_PERMS, "/a/b|")).isEqualTo("b5|r6|");
  }

  @Test
  void theFirstEntryIsTheOwnerAndSaysWhatOthersMayDo() {
    dom0.ask(WRITE, "/a|1");
    dom0.ask(SET_PERMS, "/a|r5|n6|");
    assertThat(guest.ask(WRITE, "/a|2")).as("owner").isEqualTo("OK|");
    assertThat(host.domain(9).ask(READ, "/a|")).as("anybody").isEqualTo("2");
    assertThat(host.domain(9).ask(WRITE, "/a|3")).isEqualTo("!EACCES");
    assertThat(other.ask(READ, "/a|")).as("named").isEqualTo("!EACCES");
  }

  @Test
  void readAndWriteAreSeparateRights() {
    dom0.ask(WRITE, "/a|1");
    dom0.ask(SET_PERMS, "/a|n0|w5|b6|");
    assertThat(guest.ask(READ, "/a|")).isEqualTo("!EACCES");
    assertThat(guest.ask(WRITE, "/a|2")).isEqualTo("OK|");
    assertThat(other.ask(READ, "/a|")).isEqualTo("2");
    assertThat(other.ask(DIRECTORY, "/a|")).isEmpty();
  }

  @Test
  void whoMayNotSeeIsNotToldWhatIsMissing() {
    dom0.ask(MKDIR, "/open|");
    dom0.ask(SET_PERMS, "/open|r0|");
    dom0.ask(MKDIR, "/closed|");
    assertThat(guest.ask(READ, "/open/missing|")).isEqualTo("!ENOENT");
    assertThat(guest.ask(READ, "/closed/missing/too|")).isEqualTo("!EACCES");
    assertThat(guest.ask(RM, "/open/missing|")).as("may read, not write").isEqualTo("!EACCES");
  }

  @Test
  void onlyTheOwnerSetsPermissions() {
    dom0.ask(WRITE, "/a|1");
    dom0.ask(SET_PERMS, "/a|n5|b6|");
    assertThat(other.ask(SET_PERMS, "/a|n5|b6|")).isEqualTo("!EACCES");
    assertThat(guest.ask(SET_PERMS, "/a|r5|")).isEqualTo("OK|");
    assertThat(guest.ask(SET_PERMS, "/a|r6|")).as("nor give it away").isEqualTo("!EPERM");
    assertThat(dom0.ask(GET_PERMS, "/a|")).isEqualTo("r5|");
  }

  @Test
  void aNodeHasFewEntriesForUnprivilegedDomains() {
    dom0.ask(WRITE, "/a|1");
    dom0.ask(SET_PERMS, "/a|n5|");
    assertThat(guest.ask(SET_PERMS, "/a|n5|r1|r2|r3|r4|")).isEqualTo("OK|");
    assertThat(guest.ask(SET_PERMS, "/a|n5|r1|r2|r3|r4|r6|")).isEqualTo("!ENOSPC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a|", "/a|x5|", "/a|n|", "/a|n-1|", "/a|n65536|", "/a||", "/a|n5x|", ""})
  void malformedPermissionsAreRefused(String payload) {
    dom0.ask(WRITE, "/a|1");
    assertThat(dom0.ask(SET_PERMS, payload)).isEqualTo("!EINVAL");
    assertThat(dom0.ask(GET_PERMS, "/a|")).isEqualTo("n0|");
  }

  @Test
  void aDomainActsForItsTarget() {
    dom0.ask(WRITE, "/a|1");
    dom0.ask(SET_PERMS, "/a|n6|");
    assertThat(guest.ask(READ, "/a|")).isEqualTo("!EACCES");
    assertThat(dom0.ask(SET_TARGET, "5|6|")).isEqualTo("OK|");
    assertThat(guest.ask(READ, "/a|")).isEqualTo("1");
    host.store.release(6);
    host.domain(6);
    dom0.ask(WRITE, "/a|1");
    dom0.ask(SET_PERMS, "/a|n6|");
    assertThat(guest.ask(READ, "/a|")).as("its target is gone").isEqualTo("!EACCES");
  }

  @Test
  void specialNodesHavePermissionsButNoValue() {
    assertThat(dom0.ask(GET_PERMS, "@releaseDomain|")).isEqualTo("n0|");
    assertThat(dom0.ask(SET_PERMS, "@releaseDomain|n0|r5|")).isEqualTo("OK|");
    assertThat(guest.ask(GET_PERMS, "@releaseDomain|")).isEqualTo("n0|r5|");
    assertThat(dom0.ask(READ, "@releaseDomain|")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(GET_PERMS, "@other|")).isEqualTo("!ENOENT");
    assertThat(guest.ask(GET_PERMS, "@introduceDomain|")).isEqualTo("!EACCES");
  }

  @Test
  void aDeadDomainLeavesNothingForTheNextOfItsId() {
    dom0.ask(WRITE, "/local/domain/5/data|");
    dom0.ask(SET_PERMS, "/local/domain/5/data|n5|");
    guest.ask(WRITE, "data/mine|1");
    dom0.ask(WRITE, "/shared|1");
    dom0.ask(SET_PERMS, "/shared|n0|r5|r6|");
    other.ask(WATCH, "/shared|t|");
    other.events();
    host.store.release(5);
    assertThat(dom0.ask(READ, "/local/domain/5/data|")).isEqualTo("!ENOENT");
    assertThat(dom0.ask(READ, "/local/domain/5|")).as("not its own, so it stays").isEmpty();
    assertThat(dom0.ask(GET_PERMS, "/shared|")).isEqualTo("n0|r6|");
    assertThat(host.domain(5).ask(READ, "/shared|")).isEqualTo("!EACCES");
    assertThat(other.ask(READ, "/shared|")).isEqualTo("1");
    assertThat(host.store.check()).isEmpty();
  }

  @Test
  void permissionsGivenBeforeADomainIsIntroducedHold() {
    dom0.ask(WRITE, "/a|1");
    dom0.ask(SET_PERMS, "/a|n0|r8|");
    assertThat(host.domain(8).ask(READ, "/a|")).isEqualTo("1");
  }
}
