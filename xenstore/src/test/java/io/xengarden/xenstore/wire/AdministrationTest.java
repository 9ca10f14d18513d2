package io.xengarden.xenstore.wire;

import static io.xengarden.abi.XenstoreOp.CONTROL;
import static io.xengarden.abi.XenstoreOp.GET_DOMAIN_PATH;
import static io.xengarden.abi.XenstoreOp.GET_FEATURE;
import static io.xengarden.abi.XenstoreOp.INTRODUCE;
import static io.xengarden.abi.XenstoreOp.IS_DOMAIN_INTRODUCED;
import static io.xengarden.abi.XenstoreOp.RELEASE;
import static io.xengarden.abi.XenstoreOp.RESUME;
import static io.xengarden.abi.XenstoreOp.SET_FEATURE;
import static io.xengarden.abi.XenstoreOp.SET_QUOTA;
import static io.xengarden.abi.XenstoreOp.SET_TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenstoreOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdministrationTest {
  private final TestHost host = new TestHost();
  private final TestClient dom0 = host.dom0();
  private final TestClient guest = host.domain(5);

  @ParameterizedTest
  @EnumSource(
      value = XenstoreOp.class,
      names = {
        "CONTROL",
        "INTRODUCE",
        "RELEASE",
        "IS_DOMAIN_INTRODUCED",
        "RESUME",
        "SET_TARGET",
        "SET_FEATURE",
        "GET_QUOTA",
        "SET_QUOTA"
      })
  void someRequestsAreDom0sAlone(XenstoreOp op) {
    assertThat(guest.ask(op, "5|6|1|")).isEqualTo("!EACCES");
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 20, 27, 0xffff, -1, Integer.MIN_VALUE})
  void unknownRequestsAreRefused(int type) {
    assertThat(guest.send(type, 0, new byte[0])).isEqualTo("!ENOSYS");
    assertThat(dom0.send(type, 77, new byte[4096])).isEqualTo("!ENOSYS");
  }

  @Test
  void dom0AsksWhoIsIntroduced() {
    assertThat(dom0.ask(IS_DOMAIN_INTRODUCED, "5|")).isEqualTo("T|");
    assertThat(dom0.ask(IS_DOMAIN_INTRODUCED, "6|")).isEqualTo("F|");
    assertThat(dom0.ask(IS_DOMAIN_INTRODUCED, "32752|")).as("itself").isEqualTo("T|");
    assertThat(dom0.ask(IS_DOMAIN_INTRODUCED, "x|")).isEqualTo("!EINVAL");
  }

  @Test
  void domainsThatAreNotThereAreRefused() {
    assertThat(dom0.ask(INTRODUCE, "6|1|1|")).as("no page came").isEqualTo("!ENOENT");
    assertThat(dom0.ask(INTRODUCE, "6|1|0|")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(RELEASE, "6|")).isEqualTo("!ENOENT");
    assertThat(dom0.ask(RELEASE, "0|")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(RESUME, "6|")).isEqualTo("!ENOENT");
    assertThat(dom0.ask(SET_TARGET, "5|6|")).isEqualTo("!ENOENT");
  }

  @Test
  void anyoneMayAskForADomainsPath() {
    assertThat(guest.ask(GET_DOMAIN_PATH, "0012|")).isEqualTo("/local/domain/12|");
    assertThat(guest.ask(GET_DOMAIN_PATH, "|")).isEqualTo("!EINVAL");
  }

  @Test
  void featuresAreSetBeforeADomainIsIntroduced() {
    assertThat(guest.ask(GET_FEATURE, "")).isEqualTo("7|");
    assertThat(guest.ask(GET_FEATURE, "5|")).as("with a domid, dom0 only").isEqualTo("!EACCES");
    assertThat(dom0.ask(SET_FEATURE, "5|1|")).isEqualTo("!EBUSY");
    assertThat(dom0.ask(SET_FEATURE, "6|8|")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(SET_FEATURE, "6|1|")).isEqualTo("OK|");
    assertThat(dom0.ask(GET_FEATURE, "6|")).isEqualTo("1|");
    assertThat(host.domain(6).ask(GET_FEATURE, "")).isEqualTo("1|");
    host.store.release(6);
    assertThat(dom0.ask(GET_FEATURE, "6|")).as("the next of its id").isEqualTo("7|");
  }

  @Test
  void controlChecksTheStoreAndShowsUse() {
    assertThat(dom0.ask(CONTROL, "check|")).isEqualTo("OK|");
    assertThat(dom0.ask(CONTROL, "help|")).contains("quota");
    dom0.ask(SET_QUOTA, "nodes|77|");
    assertThat(dom0.ask(CONTROL, "quota|")).contains("nodes            :       77\n");
    assertThat(dom0.ask(CONTROL, "quota|5|"))
        .startsWith("Domain 5:\nnodes            :        0\n");
    assertThat(dom0.ask(CONTROL, "other|")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(CONTROL, "")).isEqualTo("!EINVAL");
  }
}
