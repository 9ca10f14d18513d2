package io.xengarden.benchmarks.endtoend;

import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.DestroyDomainRequest;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.ListDomainsRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Many domains on one host: how fast they come and go, and what an idle one costs. */
final class Domains {
  private static final int COUNT = 1000;
  private static final long MEMORY_KIB = 512 << 10;
  private static final int CLIENTS = 16;
  private static final int WARM_UP = 50;
  private static final double TURNOVER_SECONDS = 5;
  private static final long IDLE_SECONDS = 60;

  private final Report report;

  Domains(Report report) {
    this.report = report;
  }

  void run(Garden garden) throws Exception {
    garden.run("up", "--hosts", "1", "--memory", "600g");
    try (HostConnection host = garden.connect()) {
      turnOver(host, WARM_UP);
      turnOver(host);
      HostProcess process = new HostProcess(garden.pid());
      HostProcess.Held before = process.held();
      createAll(host);
      awaitIdle(host);
      weigh(process.held().minus(before));
    }
  }

  private void turnOver(HostConnection host) throws ToolstackFailure {
    long start = System.nanoTime();
    int done = 0;
    while (secondsSince(start) < TURNOVER_SECONDS) {
      turnOver(host, 1);
      done++;
    }
    report.add(
        "create and destroy a domain, gRPC, one client",
        Report.figure("%.0f /s", done / secondsSince(start)),
        "",
        "",
        "");
  }

  private static void turnOver(HostConnection host, int times) throws ToolstackFailure {
    for (int i = 0; i < times; i++) {
      int domid = create(host, "turnover").getDomid();
      DomainSelector domain = DomainSelector.newBuilder().setDomid(domid).build();
      host.call(
          HostConnection.CREATE_SECONDS,
          stub -> stub.destroyDomain(DestroyDomainRequest.newBuilder().setDomain(domain).build()));
    }
  }

  private static DomainInfo create(HostConnection host, String name) throws ToolstackFailure {
    DomainConfig config =
        DomainConfig.newBuilder()
            .setName(name)
            .setKernel("builtin:pebble")
            .setMemoryKib(MEMORY_KIB)
            .build();
    CreateDomainRequest request = CreateDomainRequest.newBuilder().setConfig(config).build();
    return host.call(HostConnection.CREATE_SECONDS, stub -> stub.createDomain(request)).getDomain();
  }

  private void createAll(HostConnection host) throws Exception {
    long start = System.nanoTime();
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<DomainInfo>> created =
          IntStream.range(0, COUNT)
              .mapToObj(i -> clients.submit(() -> create(host, "idle-" + i)))
              .toList();
      for (Future<DomainInfo> domain : created) {
        domain.get();
      }
    }
    report.add(
        COUNT + " domains of 512 MiB created, " + CLIENTS + " calls at a time",
        Report.figure("%.1f s", secondsSince(start)),
        "",
        "",
        "10 s");
  }

  /** Until every guest has booted and blocked. */
  private static void awaitIdle(HostConnection host) throws IOException, ToolstackFailure {
    long start = System.nanoTime();
    while (!isIdle(host)) {
      if (secondsSince(start) > IDLE_SECONDS) {
        throw new IOException("the guests do not come to rest");
      }
    }
  }

  private static boolean isIdle(HostConnection host) throws ToolstackFailure {
    List<DomainInfo> domains =
        host.call(stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
            .getDomainsList();
    return domains.stream()
        .filter(domain -> domain.getDomid() != 0)
        .allMatch(domain -> domain.getFlags().getBlocked() && domain.getCpuTimeNs() > 0);
  }

  private void weigh(HostProcess.Held all) {
    String heap = Report.figure("%.1f KiB heap", kibEach(all.heap()));
    String guests = Report.figure("%.1f KiB touched", kibEach(all.guests()));
    report.add(
        "an idle domain of 512 MiB, " + COUNT + " of them",
        Report.figure("%.1f KiB: ", kibEach(all.heap() + all.guests())) + heap + ", " + guests,
        Report.figure("resident %.1f KiB", kibEach(all.resident())),
        "",
        "64 KiB in all");
  }

  private static double kibEach(long bytes) {
    return bytes / 1024.0 / COUNT;
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
