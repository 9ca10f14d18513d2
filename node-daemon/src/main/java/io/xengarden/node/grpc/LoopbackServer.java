package io.xengarden.node.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A daemon's gRPC server, on loopback only: its services, health, and reflection. Handlers only
 * tell actors, so they run on the transport's own threads.
 */
public final class LoopbackServer {
  /** Bytes of one message that a client may send. */
  public static final int MAX_MESSAGE = 1 << 20;

  /** Calls under way on one connection. */
  public static final int MAX_CALLS = 1024;

  /** Clients may ask whether the connection lives this often. */
  private static final long CLIENT_PING_SECONDS = 5;

  private static final int WORKERS = 2;
  private static final int ANY_PORT = 0;

  private final Server server;
  private final HealthStatusManager health;
  private final EventLoopGroup boss;
  private final EventLoopGroup workers;

  private LoopbackServer(
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
  public static LoopbackServer startNear(int preferredPort, List<BindableService> services)
      throws IOException {
    try {
      return startOn(preferredPort, services);
    } catch (IOException taken) {
      if (preferredPort == ANY_PORT) {
        throw taken;
      }
      return startOn(ANY_PORT, services);
    }
  }

  /**
   * Serves on this port and no other; 0 is any.
   *
   * @throws IOException when it is taken
   */
  public static LoopbackServer startOn(int port, List<BindableService> services)
      throws IOException {
    EventLoopGroup boss = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    EventLoopGroup workers = new MultiThreadIoEventLoopGroup(WORKERS, NioIoHandler.newFactory());
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .channelType(NioServerSocketChannel.class)
            .bossEventLoopGroup(boss)
            .workerEventLoopGroup(workers)
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE)
            .maxConcurrentCallsPerConnection(MAX_CALLS)
            .permitKeepAliveTime(CLIENT_PING_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance());
    services.forEach(builder::addService);
    LoopbackServer started = new LoopbackServer(builder.build(), health, boss, workers);
    try {
      started.server.start();
    } catch (IOException e) {
      started.endThreads();
      throw e;
    }
    for (BindableService service : services) {
      String name = service.bindService().getServiceDescriptor().getName();
      health.setStatus(name, ServingStatus.SERVING);
    }
    return started;
  }

  public int port() {
    return server.getPort();
  }

  /** host:port, as clients dial it. */
  public String address() {
    return InetAddress.getLoopbackAddress().getHostAddress() + ":" + port();
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
