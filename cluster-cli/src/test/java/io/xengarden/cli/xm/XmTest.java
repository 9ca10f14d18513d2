package io.xengarden.cli.xm;

import static io.xengarden.cli.toolstack.FakeToolstack.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.cli.Typed;
import io.xengarden.cli.Typed.Result;
import io.xengarden.proto.v1.BlockDevice;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainFlags;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.GetHostInfoResponse;
import io.xengarden.proto.v1.NetworkDevice;
import io.xengarden.proto.v1.ShutdownDomainRequest;
import io.xengarden.proto.v1.ShutdownDomainRequest.Kind;
import io.xengarden.proto.v1.ShutdownDomainRequest.Wait;
import io.xengarden.proto.v1.ShutdownProgress;
import io.xengarden.proto.v1.ShutdownReason;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.proto.v1.VcpuInfo;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** xm's columns, rules and exit codes (ref xen.md §1.1, §1.2, §1.4). */
class XmTest {
  @TempDir Path directory;
  private Typed xen;

  @BeforeEach
  void aHostWithGuests() throws IOException {
    xen = Typed.on(directory, 1);
    xen.host()
        .domains
        .add(
            DomainInfo.newBuilder()
                .setName("Domain-0")
                .setMemoryKib(512 * 1024)
                .setOnlineVcpus(8)
                .setFlags(DomainFlags.newBuilder().setRunning(true))
                .setCpuTimeNs(1_234_567_890L)
                .build());
    xen.host().domains.add(web().build());
    xen.host()
        .domains
        .add(
            DomainInfo.newBuilder()
                .setDomid(2)
                .setName("db")
                .setMemoryKib(2048)
                .setOnlineVcpus(1)
                .setFlags(DomainFlags.newBuilder().setShutdown(true))
                .setShutdownReason(ShutdownReason.SHUTDOWN_REASON_CRASH)
                .build());
  }

  private static DomainInfo.Builder web() {
    return DomainInfo.newBuilder()
        .setDomid(3)
        .setName("web")
        .setUuid("6df6d187-8b0d-4a60-8c56-56ef8d3af9cd")
        .setMemoryKib(65_536)
        .setMaxMemoryKib(131_072)
        .setOnlineVcpus(2)
        .setMaxVcpus(4)
        .setFlags(DomainFlags.newBuilder().setBlocked(true));
  }

  @AfterEach
  void close() {
    xen.close();
  }

  @Test
  void listIsXmsByteForByteAndByName() {
    assertThat(xen.run("xm", "list").out())
        .isEqualTo(
            "Name                                        ID   Mem VCPUs      State   Time(s)\n"
                + "Domain-0                                     0   512     8     r-----      1.2\n"
                + "db                                           2     2     1     ---sc-      0.0\n"
                + "web                                          3    64     2     -b----     "
                + " 0.0\n");
  }

  @Test
  void aStateSelects() {
    assertThat(xen.run("xm", "list", "--state=crashed").out().lines().skip(1))
        .singleElement()
        .asString()
        .startsWith("db ");
    Result both = xen.run("xm", "list", "--state=running", "web");
    assertThat(both.exitCode()).isEqualTo(1);
    assertThat(both.err())
        .isEqualTo("Error: You may specify either a state or a particular VM, but not both\n");
  }

  @Test
  void longIsAnSExpression() {
    xen.host().domains.clear();
    xen.host()
        .domains
        .add(
            web()
                .setStartTimeSeconds(1_700_000_000)
                .setCpuTimeNs(1_500_000_000)
                .setStoreMfn(100)
                .setConsoleMfn(101)
                .setConfig(
                    DomainConfig.newBuilder()
                        .setMaxMemoryKib(98_304)
                        .setKernel("builtin:pebble")
                        .setCmdline("root=/dev/xvda1 ro")
                        .addDisks(
                            DiskConfig.newBuilder()
                                .setBackendType("file")
                                .setTarget("/srv/web.img")
                                .setVdev("xvda")))
                .build());
    assertThat(xen.run("xm", "list", "-l", "web").out())
        .isEqualTo(
            """
            (domain
                (domid 3)
                (cpu_weight 256)
                (cpu_cap 0)
                (bootloader)
                (on_crash restart)
                (uuid 6df6d187-8b0d-4a60-8c56-56ef8d3af9cd)
                (bootloader_args)
                (vcpus 4)
                (name web)
                (on_poweroff destroy)
                (on_reboot restart)
                (cpus (()))
                (description)
                (maxmem 96)
                (memory 64)
                (shadow_memory 0)
                (features)
                (on_xend_start ignore)
                (on_xend_stop ignore)
                (start_time 1700000000)
                (cpu_time 1.500000000)
                (online_vcpus 2)
                (image
                    (linux
                        (kernel builtin:pebble)
                        (args 'root=/dev/xvda1 ro')
                    )
                )
                (status 2)
                (state -b----)
                (store_mfn 100)
                (console_mfn 101)
                (device
                    (vbd
                        (uname file:/srv/web.img)
                        (driver paravirtualised)
                        (mode w)
                        (dev xvda:disk)
                    )
                )
                (device
                    (console
                        (protocol vt100)
                        (location 2)
                    )
                )
            )
            """);
  }

  @Test
  void vcpuListIsXmsByteForByte() {
    VcpuInfo.Builder vcpu = VcpuInfo.newBuilder().setDomid(3).setName("web");
    xen.host()
        .vcpus
        .add(
            vcpu.setOnline(true)
                .setBlocked(true)
                .setPcpu(5)
                .setCpuTimeNs(12_300_000_000L)
                .setHardAffinity("0-3,5")
                .build());
    xen.host()
        .vcpus
        .add(vcpu.setVcpu(1).setOnline(false).setCpuTimeNs(0).setHardAffinity("all").build());
    assertThat(xen.run("xm", "vcpu-list").out())
        .isEqualTo(
            "Name                                ID  VCPU   CPU State   Time(s) CPU Affinity\n"
                + "web                                  3     0     5   -b-      12.3 0-3,5\n"
                + "web                                  3     1     -   --p       0.0 any cpu\n");
  }

  @Test
  void deviceListsAreXmsByteForByte() {
    xen.host()
        .blockDevices
        .add(
            BlockDevice.newBuilder()
                .setVdev(51712)
                .setFrontendDomid(3)
                .setState(4)
                .setEventChannel(15)
                .setRingRef(8)
                .setBackendPath("/local/domain/0/backend/vbd/3/51712")
                .build());
    assertThat(xen.run("xm", "block-list", "web").out())
        .isEqualTo(
            "Vdev  BE handle state evt-ch ring-ref BE-path\n"
                + "51712  0    0     4      15     8     /local/domain/0/backend/vbd/3/51712\n");
    xen.host()
        .networkDevices
        .add(
            NetworkDevice.newBuilder()
                .setMac("00:16:3e:5e:6c:00")
                .setState(4)
                .setEventChannel(17)
                .setTxRingRef(768)
                .setRxRingRef(769)
                .setBackendPath("/local/domain/0/backend/vif/3/0")
                .build());
    assertThat(xen.run("xm", "network-list", "web").out())
        .isEqualTo(
            "Idx BE     MAC Addr.     handle state evt-ch tx-/rx-ring-ref BE-path\n"
                + "0   0  00:16:3e:5e:6c:00    0     4      17    768  /769     "
                + "/local/domain/0/backend/vif/3/0\n");
  }

  @Test
  void infoHasXmsFieldsInXmsOrder() {
    xen.host().hostInfo =
        GetHostInfoResponse.newBuilder().setHost("host1").setCpus(8).setCpuMhz(2400).build();
    assertThat(xen.run("xm", "info").out().lines().map(line -> line.split(" ")[0]))
        .containsExactly(
            "system",
            "host",
            "release",
            "version",
            "machine",
            "nr_cpus",
            "nr_nodes",
            "cores_per_socket",
            "threads_per_core",
            "cpu_mhz",
            "hw_caps",
            "virt_caps",
            "total_memory",
            "free_memory",
            "free_cpus",
            "xen_major",
            "xen_minor",
            "xen_extra",
            "xen_caps",
            "xen_scheduler",
            "xen_pagesize",
            "platform_params",
            "xen_changeset",
            "xen_commandline",
            "cc_compiler",
            "cc_compile_by",
            "cc_compile_domain",
            "cc_compile_date",
            "xend_config_format");
    assertThat(xen.run("xm", "info").out()).contains("cpu_mhz                : 2400\n");
  }

  @Test
  void anUnknownDomainIsFaultThree() {
    String missing = "Error: Domain 'nope' does not exist.\n";
    assertThat(xen.run("xm", "pause", "nope")).isEqualTo(new Result(3, "", missing));
    assertThat(xen.run("xm", "list", "nope")).isEqualTo(new Result(3, "", missing));
    assertThat(xen.run("xm", "console", "nope")).isEqualTo(new Result(3, "", missing));
    assertThat(xen.run("xm", "destroy", "99").err())
        .isEqualTo("Error: Domain '99' does not exist.\n");
  }

  @Test
  void dom0IsRefusedInXendsWordsWithTheUsage() {
    xen.host().refusal = error(Reason.REASON_PRIVILEGED_DOMAIN, 3, "domain 0");
    assertThat(xen.run("xm", "destroy", "0"))
        .isEqualTo(
            new Result(
                1,
                "Usage: xm destroy <Domain>\n\nTerminate a domain immediately.\n",
                "Error: Cannot destroy privileged domain 0\n"));
  }

  @Test
  void tooFewArgumentsShowTheUsageAndExitWithOne() {
    Result result = xen.run("xm", "pause");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).isEqualTo("Error: 'xm pause' requires 1 argument.\n");
    assertThat(result.out()).startsWith("Usage: xm pause <Domain>\n");
    assertThat(xen.run("xm", "shutdown").err())
        .isEqualTo("Error: 'xm shutdown' requires 1 argument.\n");
  }

  @Test
  void aBadOptionShowsTheUsageAndExitsWithOne() {
    Result result = xen.run("xm", "list", "-z");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).isEqualTo("Error: option -z not recognized\n");
    assertThat(result.out()).startsWith("Usage: xm list ");
  }

  @Test
  void aPrefixNeedsTwoCharacters() {
    assertThat(xen.run("xm", "un", "web").exitCode()).isZero();
    Result one = xen.run("xm", "u", "web");
    assertThat(one.exitCode()).isEqualTo(1);
    assertThat(one.err()).isEqualTo("Error: Subcommand u not found!\n");
    assertThat(one.out()).startsWith("Usage: xm <subcommand> [args]\n");
  }

  @Test
  void oldNamesWorkWithANote() {
    Result result = xen.run("xm", "vbd-list", "web");
    assertThat(result.exitCode()).isZero();
    assertThat(result.err())
        .isEqualTo("Command vbd-list is deprecated.  Please use xm block-list instead.\n");
  }

  @Test
  void helpBeforeACommandSucceedsAndBehindItFails() {
    assertThat(xen.run("xm", "--help").exitCode()).isZero();
    assertThat(xen.run("xm").exitCode()).isEqualTo(1);
    assertThat(xen.run("xm", "pause", "--help").exitCode()).isEqualTo(1);
    assertThat(xen.run("xm", "help", "pause").out())
        .isEqualTo("Usage: xm pause <Domain>\n\nPause execution of a domain.\n");
  }

  @Test
  void waitingSaysWhichDomainsEnded() {
    xen.host()
        .shutdownSteps
        .add(
            ShutdownProgress.newBuilder()
                .setDomid(3)
                .setStage(ShutdownProgress.Stage.STAGE_DESTROYED)
                .build());
    assertThat(xen.run("xm", "shutdown", "-w", "web"))
        .isEqualTo(new Result(0, "Domain web terminated\nAll domains terminated\n", ""));
    assertThat(xen.run("xm", "shutdown", "-H", "web").exitCode()).isZero();
    assertThat(xen.run("xm", "reboot", "web").exitCode()).isZero();
    assertThat(
            xen.host().requests.stream()
                .filter(ShutdownDomainRequest.class::isInstance)
                .map(ShutdownDomainRequest.class::cast))
        .extracting(ShutdownDomainRequest::getKind, ShutdownDomainRequest::getWait)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Kind.KIND_POWEROFF, Wait.WAIT_DESTROYED),
            org.assertj.core.groups.Tuple.tuple(Kind.KIND_HALT, Wait.WAIT_UNSPECIFIED),
            org.assertj.core.groups.Tuple.tuple(Kind.KIND_REBOOT, Wait.WAIT_UNSPECIFIED));
  }

  @Test
  void xendDoesNotWaitForTheGuest() {
    xen.host().refusal = error(Reason.REASON_NOT_ACKNOWLEDGED, 9, "not acknowledged");
    assertThat(xen.run("xm", "shutdown", "web")).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void withoutADaemonXendIsNotRunning() {
    xen.host().close();
    assertThat(xen.run("xm", "list"))
        .isEqualTo(
            new Result(
                1,
                "",
                "Error: Unable to connect to xend: host1 does not answer: its toolstack is not"
                    + " running. Is xend running?\n"));
  }
}
