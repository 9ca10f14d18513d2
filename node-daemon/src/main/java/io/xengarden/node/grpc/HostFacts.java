package io.xengarden.node.grpc;

import io.xengarden.hypervisor.HypervisorCommand.PhysInfo;
import io.xengarden.hypervisor.XenVersion;
import io.xengarden.node.HostSettings;
import io.xengarden.proto.v1.GetHostInfoResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** What {@code xl info} shows. */
final class HostFacts {
  /** Domain-0's kernel, which is the daemon itself. */
  private static final String RELEASE = "6.1.0-xengarden";

  private static final String VERSION = "#1 SMP Xengarden";
  private static final String MACHINE = "x86_64";

  /** As guests read them through xen_version. */
  private static final String CAPABILITIES = "xen-3.0-x86_64 xen-3.0-x86_32p";

  private static final String CHANGESET = "xengarden";
  private static final String COMPILER = "javac 25";
  private static final String COMPILED_BY = "xengarden";
  private static final String COMPILE_DOMAIN = "localdomain";

  /** One emulated unit of CPU time is a nanosecond, and so is a tick of the guests' TSC. */
  private static final int CPU_MHZ = 1000;

  private static final long KIB_PER_PAGE = 4;

  private final HostSettings settings;
  private final InstantSource wallClock;
  private final Instant start;
  private final long pid;

  HostFacts(HostSettings settings, InstantSource wallClock, long pid) {
    this.settings = settings;
    this.wallClock = wallClock;
    this.start = wallClock.instant();
    this.pid = pid;
  }

  GetHostInfoResponse with(PhysInfo info) {
    return GetHostInfoResponse.newBuilder()
        .setHost(settings.name())
        .setRelease(RELEASE)
        .setVersion(VERSION)
        .setMachine(MACHINE)
        .setCpus(info.pcpus())
        .setCpuMhz(CPU_MHZ)
        .setMemoryKib(info.totalPages() * KIB_PER_PAGE)
        .setFreeMemoryKib(info.freePages() * KIB_PER_PAGE)
        .setScheduler(info.scheduler())
        .setXenMajor(XenVersion.MAJOR)
        .setXenMinor(XenVersion.MINOR)
        .setXenExtra(XenVersion.EXTRA)
        .setXenCaps(CAPABILITIES)
        .setXenChangeset(CHANGESET)
        .setCompiler(COMPILER)
        .setCompiledBy(COMPILED_BY)
        .setCompileDomain(COMPILE_DOMAIN)
        .setPid(pid)
        .setUptimeSeconds(Math.max(0, Duration.between(start, wallClock.instant()).toSeconds()))
        .build();
  }
}
