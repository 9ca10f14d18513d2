package io.xengarden.node.grpc;

import akka.actor.typed.ActorSystem;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.xengarden.node.HostSettings;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.proto.v1.ToolstackGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * A host's gRPC server, on loopback only: the toolstack, health, and reflection. Handlers only tell
 * actors, so they run on the transport's own threads.
 */
public final class GrpcServer {
  /** Bytes of one message that a client may send. */
  public static final int MAX_MESSAGE = 1 << 20;

  /** Calls under way on one connection. */
  public static final int MAX_CALLS = 1024;

  /** Console output in one message. */
  static final int MAX_CHUNK = 64 * 1024;

  private static final int WORKERS = 2;
  private static final int ANY_PORT = 0;

  private final Server server;
  private final HealthStatusManager health;
  private final EventLoopGroup boss;
  private final EventLoopGroup workers;

  /** Which host is served, and to whom it answers. */
  public record Serving(
      ActorSystem<?> system,
      HostSettings settings,
      HostActors host,
      InstantSource wallClock,
      long pid) {}

  private GrpcServer(
      Server server, HealthStatusManager health, EventLoopGroup boss, EventLoopGroup workers) {
    this.server = server;
    this.health = health;
    this.boss = boss;
    this.workers = workers;
  }

  /**
   * Serves on {@code preferredPort}, or on another when that one is taken.
   *
   * @throws IOException when no port can be had
   */
  public static GrpcServer start(Serving serving, int preferredPort) throws IOException {
    try {
      return startOn(serving, preferredPort);
    } catch (IOException taken) {
      if (preferredPort == ANY_PORT) {
        throw taken;
      }
      return startOn(serving, ANY_PORT);
    }
  }

  private static GrpcServer startOn(Serving serving, int port) throws IOException {
    EventLoopGroup boss = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    EventLoopGroup workers = new MultiThreadIoEventLoopGroup(WORKERS, NioIoHandler.newFactory());
    HealthStatusManager health = new HealthStatusManager();
    HostFacts facts = new HostFacts(serving.settings(), serving.wallClock(), serving.pid());
    ToolstackService toolstack =
        new ToolstackService(new Calls(serving.system()), serving.host(), facts);
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .channelType(NioServerSocketChannel.class)
            .bossEventLoopGroup(boss)
            .workerEventLoopGroup(workers)
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE)
            .maxConcurrentCallsPerConnection(MAX_CALLS)
            .addService(toolstack)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .build();
    GrpcServer started = new GrpcServer(server, health, boss, workers);
    try {
      server.start();
    } catch (IOException e) {
      started.endThreads();
      throw e;
    }
    health.setStatus(ToolstackGrpc.SERVICE_NAME, ServingStatus.SERVING);
    return started;
  }

  public int port() {
    return server.getPort();
  }

  /** No new calls; those under way go on. */
  public void refuseNewCalls() {
    health.enterTerminalState();
    server.shutdown();
  }

  /** Ends calls that have not ended after {@code patience}. */
  public void stop(Duration patience) throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      server.shutdownNow();
      server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
    endThreads();
  }

  private void endThreads() {
    boss.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
