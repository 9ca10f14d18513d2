package io.xengarden.cli.xl;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.cli.Typed;
import io.xengarden.proto.v1.BlockDevice;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.GetHostInfoResponse;
import io.xengarden.proto.v1.NetworkDevice;
import io.xengarden.proto.v1.ReadXenLogRequest;
import io.xengarden.proto.v1.VcpuInfo;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XlTablesTest {
  @TempDir Path directory;
  private Typed xen;

  @BeforeEach
  void aHostWithAGuest() throws IOException {
    xen = Typed.on(directory, 1);
    xen.host().domains.add(domain(0, "Domain-0", 90_061));
    xen.host().domains.add(domain(3, "web", 59));
  }

  @AfterEach
  void close() {
    xen.close();
  }

  private static DomainInfo domain(int domid, String name, long uptime) {
    return DomainInfo.newBuilder()
        .setDomid(domid)
        .setName(name)
        .setUuid("6df6d187-8b0d-4a60-8c56-56ef8d3af9cd")
        .setUptimeSeconds(uptime)
        .build();
  }

  @Test
  void vcpuListIsXlsByteForByte() {
    VcpuInfo.Builder vcpu = VcpuInfo.newBuilder().setDomid(3).setName("web").setHardAffinity("all");
    xen.host()
        .vcpus
        .add(
            vcpu.setVcpu(0)
                .setOnline(true)
                .setRunning(true)
                .setPcpu(5)
                .setCpuTimeNs(12_300_000_000L)
                .setSoftAffinity("0-3,5")
                .build());
    xen.host()
        .vcpus
        .add(
            vcpu.setVcpu(1)
                .setRunning(false)
                .setBlocked(true)
                .setPcpu(12)
                .setCpuTimeNs(0)
                .setSoftAffinity("all")
                .build());
    xen.host().vcpus.add(vcpu.setVcpu(2).setOnline(false).setSoftAffinity("none").build());
    assertThat(xen.run("xl", "vcpu-list", "web").out())
        .isEqualTo(
            "Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard /"
                + " Soft)\n"
                + "web                                  3     0    5   r--      12.3  all / 0-3,5\n"
                + "web                                  3     1   12   -b-       0.0  all / all\n"
                + "web                                  3     2    -   --p       0.0  all /"
                + " none\n");
  }

  @Test
  void blockListPrintsTheFrontendsDomidAsHandle() {
    xen.host()
        .blockDevices
        .add(
            BlockDevice.newBuilder()
                .setVdev(51712)
                .setFrontendDomid(3)
                .setState(4)
                .setEventChannel(15)
                .setRingRef(-1)
                .setBackendPath("/local/domain/0/backend/vbd/3/51712")
                .build());
    assertThat(xen.run("xl", "block-list", "web").out())
        .isEqualTo(
            "Vdev  BE  handle state evt-ch ring-ref BE-path                       \n"
                + "51712 0   3      4     15     -1       /local/domain/0/backend/vbd/3/51712\n");
  }

  @Test
  void networkListIsXlsByteForByte() {
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
    assertThat(xen.run("xl", "network-list", "web").out())
        .isEqualTo(
            "Idx BE Mac Addr.         handle state evt-ch   tx-/rx-ring-ref BE-path"
                + "                       \n"
                + "0   0  00:16:3e:5e:6c:00     0     4     17   768/769         "
                + "/local/domain/0/backend/vif/3/0\n");
  }

  @Test
  void deviceListsNameADomainThatIsNotThereAndGoOn() {
    Typed.Result result = xen.run("xl", "block-list", "nope", "99", "web");
    assertThat(result.err())
        .isEqualTo("nope is an invalid domain identifier\n99 is an invalid domain identifier\n");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void uptimeCountsDays() {
    assertThat(xen.run("xl", "uptime").out())
        .isEqualTo(
            "Name                                ID Uptime\n"
                + "Domain-0                             0 1 day,  1:01:01\n"
                + "web                                  3  0:00:59\n");
  }

  @Test
  void shortUptimeHasTheTimeOfDayAndNoHeader() {
    assertThat(xen.run("xl", "uptime", "-s", "0").out())
        .matches(" \\d\\d:\\d\\d:\\d\\d up 1 day,  1:01, Domain-0 \\(0\\)\n");
  }

  @Test
  void vmListLeavesOutDom0() {
    assertThat(xen.run("xl", "vm-list").out())
        .isEqualTo(
            "UUID                                  ID    name\n"
                + "6df6d187-8b0d-4a60-8c56-56ef8d3af9cd  3    web                           \n");
  }

  @Test
  void domidAndDomnameConvert() {
    assertThat(xen.run("xl", "domid", "web")).isEqualTo(new Typed.Result(0, "3\n", ""));
    assertThat(xen.run("xl", "domname", "3")).isEqualTo(new Typed.Result(0, "web\n", ""));
    assertThat(xen.run("xl", "domid", "nope"))
        .isEqualTo(
            new Typed.Result(
                1,
                "",
                "Can't get domid of domain name 'nope', maybe this domain does not exist.\n"));
    assertThat(xen.run("xl", "domname", "99"))
        .isEqualTo(
            new Typed.Result(
                1,
                "",
                "Can't get domain name of domain id '99', maybe this domain does not exist.\n"));
    assertThat(xen.run("xl", "domname", "web"))
        .isEqualTo(new Typed.Result(1, "", "Invalid domain id.\n"));
  }

  @Test
  void dmesgPrintsTheRingAndMayClearIt() {
    xen.host().xenLog = "(XEN) one\n(XEN) two";
    assertThat(xen.run("xl", "dmesg", "-c").out()).isEqualTo("(XEN) one\n(XEN) two");
    assertThat(xen.host().requests).contains(ReadXenLogRequest.newBuilder().setClear(true).build());
  }

  private static GetHostInfoResponse info() {
    return GetHostInfoResponse.newBuilder()
        .setHost("host1")
        .setRelease("6.1.0")
        .setVersion("#1 SMP")
        .setMachine("x86_64")
        .setCpus(2)
        .setCpuMhz(2400)
        .setHwCaps("178bf3ff:76d8320b:2e500800:244037ff:0000000f:219c91a9:00400004:00000500")
        .setVirtCaps("pv")
        .setMemoryKib(16L << 20)
        .setFreeMemoryKib(1_000_000)
        .setScheduler("credit")
        .setXenMajor(4)
        .setXenMinor(17)
        .setXenExtra(".0")
        .setXenCaps("xen-3.0-x86_64 xen-3.0-x86_32p")
        .setXenChangeset("unavailable")
        .setXenCommandline("dom0_mem=512M")
        .setPlatformParams("virt_start=0xffff800000000000")
        .setCompiler("javac 25")
        .setCompiledBy("builder")
        .setCompileDomain("garden")
        .setCompileDate("Thu Jan  1 00:00:00 UTC 2026")
        .setBuildId("abc")
        .build();
  }

  @Test
  void infoHasXlsFieldsInXlsOrder() {
    xen.host().hostInfo = info();
    assertThat(xen.run("xl", "info").out())
        .isEqualTo(
            """
            host                   : host1
            release                : 6.1.0
            version                : #1 SMP
            machine                : x86_64
            nr_cpus                : 2
            max_cpu_id             : 1
            nr_nodes               : 1
            cores_per_socket       : 2
            threads_per_core       : 1
            cpu_mhz                : 2400.000
            hw_caps                : 178bf3ff:76d8320b:2e500800:244037ff:0000000f:219c91a9:00400004:00000500
            virt_caps              : pv
            total_memory           : 16384
            free_memory            : 976
            sharing_freed_memory   : 0
            sharing_used_memory    : 0
            outstanding_claims     : 0
            free_cpus              : 0
            xen_major              : 4
            xen_minor              : 17
            xen_extra              : .0
            xen_version            : 4.17.0
            xen_caps               : xen-3.0-x86_64 xen-3.0-x86_32p
            xen_scheduler          : credit
            xen_pagesize           : 4096
            platform_params        : virt_start=0xffff800000000000
            xen_changeset          : unavailable
            xen_commandline        : dom0_mem=512M
            cc_compiler            : javac 25
            cc_compile_by          : builder
            cc_compile_domain      : garden
            cc_compile_date        : Thu Jan  1 00:00:00 UTC 2026
            build_id               : abc
            xend_config_format     : 4
            """);
  }

  @Test
  void oneFieldIsPrintedAloneAndAnUnknownOneNotAtAll() {
    xen.host().hostInfo = info();
    assertThat(xen.run("xl", "info", "xen_scheduler").out()).isEqualTo("credit\n");
    assertThat(xen.run("xl", "info", "nonsense")).isEqualTo(new Typed.Result(0, "", ""));
  }

  @Test
  void topologyStandsBetweenFreeCpusAndXen() {
    xen.host().hostInfo = info();
    assertThat(xen.run("xl", "info", "-n").out())
        .contains(
            """
            free_cpus              : 0
            cpu_topology           :
            cpu:    core    socket     node
              0:       0        0        0
              1:       1        0        0
            device topology        :
            device           node
            No device topology data available
            numa_info              :
            node:    memsize    memfree    distances
               0:     16384        976      10
            xen_major              : 4
            """);
  }
}
