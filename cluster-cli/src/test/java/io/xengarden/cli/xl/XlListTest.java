package io.xengarden.cli.xl;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.cli.Typed;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainFlags;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.LifecycleAction;
import io.xengarden.proto.v1.ShutdownReason;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XlListTest {
  private static final String HEADER =
      "Name                                        ID   Mem VCPUs\tState\tTime(s)";

  @TempDir Path directory;
  private Typed xen;

  @BeforeEach
  void aHostWithDom0() throws IOException {
    xen = Typed.on(directory, 1);
    xen.host()
        .domains
        .add(
            DomainInfo.newBuilder()
                .setName("Domain-0")
                .setUuid("00000000-0000-0000-0000-000000000000")
                .setMemoryKib(512 * 1024)
                .setOnlineVcpus(8)
                .setFlags(DomainFlags.newBuilder().setRunning(true))
                .setCpuTimeNs(1_234_567_890L)
                .build());
  }

  @AfterEach
  void close() {
    xen.close();
  }

  private static DomainInfo.Builder web() {
    return DomainInfo.newBuilder()
        .setDomid(3)
        .setName("web")
        .setUuid("6df6d187-8b0d-4a60-8c56-56ef8d3af9cd")
        .setMemoryKib(65_536)
        .setOnlineVcpus(2)
        .setFlags(DomainFlags.newBuilder().setBlocked(true))
        .setCpuTimeNs(250_000_000L);
  }

  @Test
  void theTableIsXlsByteForByte() {
    xen.host().domains.add(web().build());
    assertThat(xen.run("xl", "list").out())
        .isEqualTo(
            HEADER
                + "\n"
                + "Domain-0                                     0   512     8     r-----      "
                + " 1.2\n"
                + "web                                          3    64     2     -b----      "
                + " 0.2\n");
  }

  @Test
  void aTimeHalfwayBetweenTenthsIsRoundedToEvenAsPrintfDoes() {
    xen.host().domains.clear();
    xen.host().domains.add(web().setCpuTimeNs(750_000_000L).build());
    assertThat(xen.run("xl", "list").out()).contains("-b----       0.8\n");
  }

  @Test
  void aNameWiderThanItsColumnIsNotCut() {
    xen.host().domains.clear();
    xen.host().domains.add(web().setName("a-domain-name-that-is-longer-than-40-columns").build());
    assertThat(xen.run("xl", "list").out())
        .endsWith(
            "\na-domain-name-that-is-longer-than-40-columns     3    64     2     -b----"
                + "       0.2\n");
  }

  @Test
  void everyStateHasItsLetterInItsPlace() {
    xen.host().domains.clear();
    add(DomainFlags.newBuilder().setPaused(true), ShutdownReason.SHUTDOWN_REASON_NONE);
    add(DomainFlags.newBuilder(), ShutdownReason.SHUTDOWN_REASON_NONE);
    add(shutdown(), ShutdownReason.SHUTDOWN_REASON_POWEROFF);
    add(shutdown(), ShutdownReason.SHUTDOWN_REASON_REBOOT);
    add(shutdown(), ShutdownReason.SHUTDOWN_REASON_SUSPEND);
    add(shutdown(), ShutdownReason.SHUTDOWN_REASON_CRASH);
    add(shutdown(), ShutdownReason.SHUTDOWN_REASON_WATCHDOG);
    add(shutdown(), ShutdownReason.SHUTDOWN_REASON_SOFT_RESET);
    add(DomainFlags.newBuilder().setDying(true), ShutdownReason.SHUTDOWN_REASON_NONE);
    assertThat(xen.run("xl", "list").out().lines().skip(1).map(line -> line.substring(63, 69)))
        .containsExactly(
            "--p---", "------", "---s--", "---sr-", "---ss-", "---sc-", "---sw-", "---sS-",
            "-----d");
  }

  private static DomainFlags.Builder shutdown() {
    return DomainFlags.newBuilder().setShutdown(true);
  }

  private void add(DomainFlags.Builder flags, ShutdownReason reason) {
    xen.host().domains.add(web().setFlags(flags).setShutdownReason(reason).build());
  }

  @Test
  void verboseAddsUuidReasonAndLabel() {
    add(shutdown(), ShutdownReason.SHUTDOWN_REASON_CRASH);
    assertThat(xen.run("xl", "list", "-v").out())
        .isEqualTo(
            HEADER
                + "   UUID                            Reason-Code\tSecurity Label\n"
                + "Domain-0                                     0   512     8     r-----       1.2"
                + " 00000000-0000-0000-0000-000000000000        -                -\n"
                + "web                                          3    64     2     ---sc-       0.2"
                + " 6df6d187-8b0d-4a60-8c56-56ef8d3af9cd        3                -\n");
  }

  @Test
  void labelPoolAndNodesAreColumnsOfTheirOwn() {
    assertThat(xen.run("xl", "list", "-Zcn").out())
        .isEqualTo(
            HEADER
                + "   Security Label         Cpupool NODE Affinity\n"
                + "Domain-0                                     0   512     8     r-----       1.2"
                + "                -          Pool-0 all\n");
  }

  @Test
  void longIsJsonAndLeavesOutDomainsWithoutConfiguration() {
    xen.host()
        .domains
        .add(
            web()
                .setConfig(
                    DomainConfig.newBuilder()
                        .setName("web")
                        .setMemoryKib(65_536)
                        .setVcpus(2)
                        .setKernel("builtin:pebble")
                        .setOnPoweroff(LifecycleAction.LIFECYCLE_ACTION_DESTROY)
                        .setOnCrash(LifecycleAction.LIFECYCLE_ACTION_RENAME_RESTART)
                        .addDisks(
                            DiskConfig.newBuilder().setTarget("/srv/web.img").setVdev("xvda")))
                .build());
    assertThat(xen.run("xl", "list", "-l").out())
        .isEqualTo(
            """
            [
                {
                    "domid": 3,
                    "config": {
                        "c_info": {
                            "type": "pv",
                            "name": "web",
                            "run_hotplug_scripts": "True"
                        },
                        "b_info": {
                            "max_vcpus": 2,
                            "avail_vcpus": [
                                0,
                                1
                            ],
                            "max_memkb": 65536,
                            "target_memkb": 65536,
                            "kernel": "builtin:pebble",
                            "type.pv": {}
                        },
                        "disks": [
                            {
                                "pdev_path": "/srv/web.img",
                                "vdev": "xvda",
                                "format": "raw",
                                "readwrite": 1
                            }
                        ],
                        "on_poweroff": "destroy",
                        "on_crash": "rename_restart"
                    }
                }
            ]
            """);
  }

  @Test
  void oneDomainIsListedByNameOrByNumber() {
    xen.host().domains.add(web().build());
    String row =
        "web                                          3    64     2     -b----       0.2\n";
    assertThat(xen.run("xl", "list", "web").out()).isEqualTo(HEADER + "\n" + row);
    assertThat(xen.run("xl", "list", "3").out()).isEqualTo(HEADER + "\n" + row);
  }

  @Test
  void anUnknownNameIsRefusedBeforeAnUnknownNumberIs() {
    Typed.Result byName = xen.run("xl", "list", "nope");
    assertThat(byName)
        .isEqualTo(new Typed.Result(1, "", "nope is an invalid domain identifier (rc=-6)\n"));
    Typed.Result byNumber = xen.run("xl", "list", "99");
    assertThat(byNumber).isEqualTo(new Typed.Result(1, "", "Error: Domain '99' does not exist.\n"));
  }

  @Test
  void twoDomainsAreOneTooMany() {
    Typed.Result result = xen.run("xl", "list", "0", "3");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).startsWith("Usage: xl [-vf] list [options] [Domain]\n");
  }

  @Test
  void aLostDomainHasNoIdAndNoState() {
    xen.host().domains.clear();
    xen.host().domains.add(web().setLost(true).build());
    assertThat(xen.run("xl", "list").out())
        .endsWith(
            "web                                          -    64     2     (lost)       0.2\n");
  }
}
