package io.xengarden.cli.garden;

import io.xengarden.cli.cluster.ClusterDirectory;
import io.xengarden.cli.cluster.ClusterPlan;
import io.xengarden.cli.cluster.HostRecord;
import io.xengarden.cli.text.Json;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.GetHostInfoRequest;
import io.xengarden.proto.v1.GetHostInfoResponse;
import io.xengarden.proto.v1.ListDomainsRequest;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An adapter: {@code hosts}. Every host is asked at once, and only for so long. */
final class HostsCommand {
  /** A host that has not answered by then is Unreachable. */
  static final long ANSWER_SECONDS = 2;

  private static final long KIB_PER_MIB = 1024;

  /** One row. */
  record State(
      String name,
      String state,
      HostRecord record,
      int domains,
      int cpus,
      long memoryMib,
      long freeMib) {

    Json toJson() {
      return Json.fields()
          .with("name", name)
          .with("state", state)
          .with("pid", record.pid())
          .with("grpc", record.grpc())
          .with("xenstore", record.xenstore())
          .with("libvirt", record.libvirt())
          .with("domains", domains)
          .with("cpus", cpus)
          .with("memoryMiB", memoryMib)
          .with("freeMiB", freeMib);
    }
  }

  private final ClusterDirectory directory;
  private final ClusterPlan plan;
  private final PrintStream out;

  HostsCommand(ClusterDirectory directory, ClusterPlan plan, PrintStream out) {
    this.directory = directory;
    this.plan = plan;
    this.out = out;
  }

  void run(boolean json) {
    List<CompletableFuture<State>> asked = new ArrayList<>();
    for (String host : plan.names()) {
      CompletableFuture<State> answer = new CompletableFuture<>();
      asked.add(answer);
      Thread.ofVirtual().start(() -> answer.complete(state(host)));
    }
    List<State> states = asked.stream().map(CompletableFuture::join).toList();
    if (json) {
      out.println(Json.array(states.stream().map(State::toJson).toList()).pretty());
    } else {
      table(states);
    }
  }

  private State state(String host) {
    Optional<HostRecord> record = directory.record(host);
    if (directory.process(host).isEmpty()) {
      return unanswered(host, "Down", new HostRecord(host, 0, "", "", ""));
    }
    if (record.isEmpty()) {
      return unanswered(host, "Unreachable", new HostRecord(host, 0, "", "", ""));
    }
    try (HostConnection connection = HostConnection.open(host, record.get().grpc())) {
      GetHostInfoResponse info =
          connection.call(
              ANSWER_SECONDS, stub -> stub.getHostInfo(GetHostInfoRequest.getDefaultInstance()));
      List<DomainInfo> domains =
          connection
              .call(
                  ANSWER_SECONDS, stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
              .getDomainsList();
      return new State(
          host,
          "Up",
          record.get(),
          guests(domains),
          info.getCpus(),
          info.getMemoryKib() / KIB_PER_MIB,
          info.getFreeMemoryKib() / KIB_PER_MIB);
    } catch (ToolstackFailure e) {
      return unanswered(host, "Unreachable", record.get());
    }
  }

  private static int guests(List<DomainInfo> domains) {
    return (int)
        domains.stream().filter(domain -> domain.getDomid() != 0 && !domain.getLost()).count();
  }

  private State unanswered(String host, String state, HostRecord record) {
    return new State(host, state, record, 0, plan.cpus(), plan.memoryMib(), 0);
  }

  private void table(List<State> states) {
    out.println(
        new Row()
            .left("NAME", 8)
            .left("STATE", 13)
            .right("PID", 8)
            .text("  ")
            .left("GRPC", 21)
            .right("DOMAINS", 9)
            .right("CPUS", 6)
            .right("MEMORY", 9)
            .right("FREE", 9));
    for (State state : states) {
      out.println(
          new Row()
              .left(state.name(), 8)
              .left(state.state(), 13)
              .right(state.record().pid() == 0 ? "-" : state.record().pid(), 8)
              .text("  ")
              .left(state.record().grpc().isEmpty() ? "-" : state.record().grpc(), 21)
              .right(state.domains(), 9)
              .right(state.cpus(), 6)
              .right(state.memoryMib(), 9)
              .right(state.freeMib(), 9));
    }
  }
}
