package io.xengarden.node.grpc;

import akka.actor.typed.ActorSystem;
import io.grpc.BindableService;
import io.xengarden.node.HostSettings;
import io.xengarden.node.XenHostCommand.HostActors;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/** What a host serves over gRPC: the toolstack, and what it knows of the cluster. */
public final class GrpcServer {
  /** Console output in one message. */
  static final int MAX_CHUNK = 64 * 1024;

  private GrpcServer() {}

  /** Which host is served, and to whom it answers. */
  public record Serving(
      ActorSystem<?> system,
      HostSettings settings,
      HostActors host,
      InstantSource wallClock,
      long pid) {}

  /**
   * Serves on {@code preferredPort}, or on another when that one is taken.
   *
   * @throws IOException when no port can be had
   */
  public static LoopbackServer start(Serving serving, int preferredPort) throws IOException {
    HostFacts facts = new HostFacts(serving.settings(), serving.wallClock(), serving.pid());
    Calls calls = new Calls(serving.system());
    List<BindableService> services =
        List.of(
            new ToolstackService(calls, serving.host(), facts),
            new ClusterService(calls, serving.host().cluster()),
            new RelocationService(calls, serving.host().relocation()));
    return LoopbackServer.startNear(preferredPort, services);
  }
}
