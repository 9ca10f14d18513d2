package io.xengarden.cli.command;

import io.xengarden.cli.text.Row;
import io.xengarden.proto.v1.GetHostInfoResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What {@code info} prints of a host, field by field, as both dialects write it. */
public record HostFacts(GetHostInfoResponse host) {
  private static final int NO_CPU_WORDS = 8;
  private static final long KIB_PER_MIB = 1024;

  /** HYPERVISOR_VIRT_START in xen/include/public/arch-x86/xen-x86_64.h: the ABI's, on any host. */
  private static final String X86_64_VIRT_START = "virt_start=0xffff800000000000";

  private static final int MACHINE_PAGE = 4096;

  /** {@code name : value}. */
  public static String line(String name, String value) {
    return new Row().left(name, 23) + ": " + value;
  }

  /** The value of a field; the names are xl's. */
  public String value(String name) {
    return switch (name) {
      case "host" -> host.getHost();
      case "system" -> "Linux";
      case "release" -> host.getRelease();
      case "version" -> host.getVersion();
      case "machine" -> host.getMachine();
      case "nr_cpus" -> Integer.toString(host.getCpus());
      case "max_cpu_id" -> Integer.toString(Math.max(0, host.getCpus() - 1));
      case "nr_nodes" -> "1";
      case "cores_per_socket" -> Integer.toString(coresPerSocket());
      case "threads_per_core" -> Integer.toString(threadsPerCore());
      case "cpu_mhz" -> host.getCpuMhz() + ".000";
      case "hw_caps" -> hwCaps();
      case "virt_caps" -> virtCaps();
      case "total_memory" -> Long.toString(host.getMemoryKib() / KIB_PER_MIB);
      case "free_memory" -> Long.toString(host.getFreeMemoryKib() / KIB_PER_MIB);
      // No page is shared between guests, none is claimed ahead, and all pCPUs are in Pool-0.
      case "sharing_freed_memory", "sharing_used_memory", "outstanding_claims", "free_cpus" -> "0";
      case "xend_config_format" -> "4";
      default -> ofXen(name);
    };
  }

  private String ofXen(String name) {
    return switch (name) {
      case "xen_major" -> Integer.toString(host.getXenMajor());
      case "xen_minor" -> Integer.toString(host.getXenMinor());
      case "xen_extra" -> host.getXenExtra();
      case "xen_version" -> host.getXenMajor() + "." + host.getXenMinor() + host.getXenExtra();
      case "xen_caps" -> host.getXenCaps();
      case "xen_scheduler" -> host.getScheduler();
      case "xen_pagesize" -> Integer.toString(MACHINE_PAGE);
      case "platform_params" -> platformParams();
      case "xen_changeset" -> host.getXenChangeset();
      case "xen_commandline" -> host.getXenCommandline();
      case "cc_compiler" -> host.getCompiler();
      case "cc_compile_by" -> host.getCompiledBy();
      case "cc_compile_domain" -> host.getCompileDomain();
      case "cc_compile_date" -> host.getCompileDate();
      case "build_id" -> host.getBuildId();
      default -> "";
    };
  }

  public int coresPerSocket() {
    int cores = host.getCoresPerSocket();
    return cores == 0 ? Math.max(1, host.getCpus() / threadsPerCore()) : cores;
  }

  public int threadsPerCore() {
    return Math.max(1, host.getThreadsPerCore());
  }

  /** {@code info -n}'s rows under "cpu: core socket node". */
  public List<Row> cpuRows() {
    List<Row> rows = new ArrayList<>();
    for (int cpu = 0; cpu < host.getCpus(); cpu++) {
      int core = cpu / threadsPerCore();
      rows.add(
          new Row()
              .right(cpu, 3)
              .text(":    ")
              .right(core % coresPerSocket(), 4)
              .text("     ")
              .right(core / coresPerSocket(), 4)
              .text("     ")
              .right(0, 4));
    }
    return rows;
  }

  /** {@code info -n}'s row of the one NUMA node. */
  public Row nodeRow() {
    return new Row()
        .right(0, 4)
        .text(":    ")
        .right(value("total_memory"), 6)
        .text("     ")
        .right(value("free_memory"), 6)
        .text("      10");
  }

  private String hwCaps() {
    return host.getHwCaps().isEmpty()
        ? String.join(":", Collections.nCopies(NO_CPU_WORDS, "00000000"))
        : host.getHwCaps();
  }

  private String platformParams() {
    return host.getPlatformParams().isEmpty() ? X86_64_VIRT_START : host.getPlatformParams();
  }

  private String virtCaps() {
    return host.getVirtCaps().isEmpty() ? "pv" : host.getVirtCaps();
  }
}
