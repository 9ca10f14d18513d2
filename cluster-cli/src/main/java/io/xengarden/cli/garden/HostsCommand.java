package io.xengarden.cli.garden;

import io.xengarden.cli.cluster.ClusterDirectory;
import io.xengarden.cli.cluster.ClusterPlan;
import io.xengarden.cli.cluster.HostRecord;
import io.xengarden.cli.text.Json;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.toolstack.ClusterDirectories;
import io.xengarden.cli.toolstack.Everywhere;
import io.xengarden.cli.toolstack.Everywhere.Answer;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.ClusterHost;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.GetHostInfoRequest;
import io.xengarden.proto.v1.GetHostInfoResponse;
import io.xengarden.proto.v1.HostState;
import io.xengarden.proto.v1.ListDomainsRequest;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * {@code hosts}. Whether a host is Up is the word of the directory that sees the most of the
 * cluster, whether its process is there this machine's, and what it has its own. All are asked at
 * once, and only for so long.
 */
final class HostsCommand {
  private static final long ANSWER_SECONDS = ClusterDirectories.ANSWER_SECONDS;

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

  void run(boolean json) throws ToolstackFailure {
    try (Hosts hosts = new Hosts(directory.running(plan), Optional.empty())) {
      List<HostConnection> running = hosts.all();
      Optional<ClusterDirectories.View> view = ClusterDirectories.best(running);
      List<Answer<Figures>> figures = Everywhere.ask(running, HostsCommand::figures);
      List<State> states = plan.names().stream().map(host -> state(host, view, figures)).toList();
      if (json) {
        out.println(Json.array(states.stream().map(State::toJson).toList()).pretty());
      } else {
        table(states);
      }
    }
  }

  /** What a host says of itself. */
  private record Figures(GetHostInfoResponse info, int domains) {}

  private static Figures figures(HostConnection host) throws ToolstackFailure {
    GetHostInfoResponse info =
        host.call(
            ANSWER_SECONDS, stub -> stub.getHostInfo(GetHostInfoRequest.getDefaultInstance()));
    List<DomainInfo> domains =
        host.call(ANSWER_SECONDS, stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
            .getDomainsList();
    return new Figures(info, guests(domains));
  }

  private State state(
      String host, Optional<ClusterDirectories.View> view, List<Answer<Figures>> figures) {
    HostRecord nowhere = new HostRecord(host, 0, "", "", "");
    boolean runs = directory.process(host).isPresent();
    HostRecord record = runs ? directory.record(host).orElse(nowhere) : nowhere;
    String word = word(runs, view.flatMap(seen -> seen.host(host)));
    return figures.stream()
        .filter(answer -> answer.host().equals(host))
        .flatMap(answer -> answer.value().stream())
        .findFirst()
        .map(
            own ->
                new State(
                    host,
                    word,
                    record,
                    own.domains(),
                    own.info().getCpus(),
                    own.info().getMemoryKib() / KIB_PER_MIB,
                    own.info().getFreeMemoryKib() / KIB_PER_MIB))
        .orElse(new State(host, word, record, 0, plan.cpus(), plan.memoryMib(), 0));
  }

  /** One that the others have given up, and whose process is there, may come back. */
  private static String word(boolean runs, Optional<ClusterHost> seen) {
    return switch (seen.map(ClusterHost::getState).orElse(HostState.HOST_STATE_DOWN)) {
      case HOST_STATE_UP -> "Up";
      case HOST_STATE_UNREACHABLE -> "Unreachable";
      case HOST_STATE_DOWN, HOST_STATE_UNSPECIFIED, UNRECOGNIZED -> runs ? "Unreachable" : "Down";
    };
  }

  private static int guests(List<DomainInfo> domains) {
    return (int)
        domains.stream().filter(domain -> domain.getDomid() != 0 && !domain.getLost()).count();
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
