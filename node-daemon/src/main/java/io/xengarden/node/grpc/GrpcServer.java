package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.grpc.BindableService;
import io.xengarden.node.HostSettings;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.node.relocation.RelocationCommand;
import io.xengarden.node.relocation.adapter.MigrationReceiverService;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** What a host serves over gRPC: the toolstack, and what it knows of the cluster. */
public final class GrpcServer {
  /** Console output in one message. */
  static final int MAX_CHUNK = 64 * 1024;

  private GrpcServer() {}

  /**
   * Which host is served, and to whom it answers.
   *
   * @param others services that are not the toolstack's
   */
  public record Serving(
      ActorSystem<?> system,
      HostSettings settings,
      HostActors host,
      InstantSource wallClock,
      long pid,
      List<BindableService> others) {

    /** Of a host that serves nothing else. */
    public Serving(
        ActorSystem<?> system,
        HostSettings settings,
        HostActors host,
        InstantSource wallClock,
        long pid) {
      this(system, settings, host, wallClock, pid, List.of());
    }
  }

  /**
   * Serves on {@code preferredPort}, or on another when that one is taken.
   *
   * @throws IOException when no port can be had
   */
  public static LoopbackServer start(Serving serving, int preferredPort) throws IOException {
    HostFacts facts = new HostFacts(serving.settings(), serving.wallClock(), serving.pid());
    Calls calls = new Calls(serving.system());
    List<BindableService> services = new ArrayList<>(serving.others());
    services.add(new ToolstackService(calls, serving.host(), facts));
    services.add(new ClusterService(calls, serving.host().cluster()));
    ActorRef<RelocationCommand> relocation = serving.host().relocation();
    services.add(new RelocationService(calls, serving.host()));
    services.add(
        new MigrationReceiverService(
            incoming -> relocation.tell(new RelocationCommand.Receive(incoming))));
    return LoopbackServer.startNear(preferredPort, services);
  }
}
