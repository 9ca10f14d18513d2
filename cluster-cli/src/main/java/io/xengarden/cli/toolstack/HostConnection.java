package io.xengarden.cli.toolstack;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.internal.logging.InternalLoggerFactory;
import io.grpc.netty.shaded.io.netty.util.internal.logging.JdkLoggerFactory;
import io.xengarden.proto.v1.AbortMigrationRequest;
import io.xengarden.proto.v1.ClusterGrpc;
import io.xengarden.proto.v1.RelocationGrpc;
import io.xengarden.proto.v1.RelocationProgress;
import io.xengarden.proto.v1.ToolstackGrpc;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/** An adapter: one host's toolstack over gRPC. */
public final class HostConnection implements AutoCloseable {
  /** How long a call that only reads or flips a state may take. */
  public static final long CALL_SECONDS = 10;

  /** Creating touches devices: libxl allows a backend 10 s and its hotplug script 40 s. */
  public static final long CREATE_SECONDS = 120;

  private static final long CLOSE_MS = 500;

  /** Held, because a logger that nobody holds forgets its level. */
  private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

  private final String host;
  private final EventLoopGroup loop;
  private final ManagedChannel channel;

  private HostConnection(String host, EventLoopGroup loop, ManagedChannel channel) {
    this.host = host;
    this.loop = loop;
    this.channel = channel;
  }

  /**
   * Connects lazily: a host that is not there is noticed at the first call.
   *
   * @param address "127.0.0.1:7651"
   */
  public static HostConnection open(String host, String address) throws ToolstackFailure {
    int colon = address.lastIndexOf(':');
    quiet();
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      // NIO and one thread: loading a native transport costs more than a command lives.
      EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(new InetSocketAddress(address.substring(0, colon), port))
              .channelType(NioSocketChannel.class, InetSocketAddress.class)
              .eventLoopGroup(loop)
              .usePlaintext()
              .proxyDetector(target -> null)
              .disableRetry()
              .build();
      return new HostConnection(host, loop, channel);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw ToolstackFailure.unreachable(host + " has no usable address: \"" + address + "\"");
    }
  }

  /**
   * Else Netty would find the daemon's logging on the class path and start it, and gRPC would tell
   * of calls that this process has given up.
   */
  public static void quiet() {
    GRPC_LOG.setLevel(Level.OFF);
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
  }

  /** The host's name. */
  public String host() {
    return host;
  }

  /** A call with one answer within {@link #CALL_SECONDS}. */
  public <T> T call(Function<ToolstackGrpc.ToolstackBlockingStub, T> call) throws ToolstackFailure {
    return call(CALL_SECONDS, call);
  }

  public <T> T call(long seconds, Function<ToolstackGrpc.ToolstackBlockingStub, T> call)
      throws ToolstackFailure {
    try {
      return call.apply(
          ToolstackGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS));
    } catch (RuntimeException e) {
      throw ToolstackFailure.of(host, grpcOnly(e));
    }
  }

  /** A question about the whole cluster. */
  public <T> T askCluster(long seconds, Function<ClusterGrpc.ClusterBlockingStub, T> call)
      throws ToolstackFailure {
    try {
      return call.apply(
          ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS));
    } catch (RuntimeException e) {
      throw ToolstackFailure.of(host, grpcOnly(e));
    }
  }

  /**
   * A call with a stream of answers, until the host ends it.
   *
   * @param seconds at most this long; 0 means as long as it takes
   */
  public <T> void stream(
      long seconds,
      Function<ToolstackGrpc.ToolstackBlockingStub, Iterator<T>> call,
      Consumer<T> each)
      throws ToolstackFailure {
    ToolstackGrpc.ToolstackBlockingStub stub = ToolstackGrpc.newBlockingStub(channel);
    try {
      Iterator<T> answers =
          call.apply(seconds == 0 ? stub : stub.withDeadlineAfter(seconds, TimeUnit.SECONDS));
      while (answers.hasNext()) {
        each.accept(answers.next());
      }
    } catch (RuntimeException e) {
      throw ToolstackFailure.of(host, grpcOnly(e));
    }
  }

  /** Save, restore or migrate: as long as it takes. */
  public void relocate(
      Function<RelocationGrpc.RelocationBlockingStub, Iterator<RelocationProgress>> call,
      Consumer<RelocationProgress> each)
      throws ToolstackFailure {
    try {
      Iterator<RelocationProgress> steps = call.apply(RelocationGrpc.newBlockingStub(channel));
      while (steps.hasNext()) {
        each.accept(steps.next());
      }
    } catch (RuntimeException e) {
      throw ToolstackFailure.of(host, grpcOnly(e));
    }
  }

  /** Asks the host to give a migration up; refused when it is too late. */
  public void abortMigration(AbortMigrationRequest request) throws ToolstackFailure {
    try {
      RelocationGrpc.newBlockingStub(channel)
          .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
          .abortMigration(request);
    } catch (RuntimeException e) {
      throw ToolstackFailure.of(host, grpcOnly(e));
    }
  }

  /** For calls that stream in both directions. */
  public ToolstackGrpc.ToolstackStub asynchronous() {
    return ToolstackGrpc.newStub(channel);
  }

  /** The failure behind a stream's error. */
  public ToolstackFailure failure(Throwable error) {
    return ToolstackFailure.of(
        host, io.grpc.Status.fromThrowable(error).asRuntimeException(trailers(error)));
  }

  private static io.grpc.Metadata trailers(Throwable error) {
    io.grpc.Metadata trailers = io.grpc.Status.trailersFromThrowable(error);
    return trailers == null ? new io.grpc.Metadata() : trailers;
  }

  private static RuntimeException grpcOnly(RuntimeException e) {
    if (e instanceof io.grpc.StatusRuntimeException) {
      return e;
    }
    throw e;
  }

  /** The host sees a call that still runs as cancelled. */
  @Override
  public void close() {
    channel.shutdownNow();
    loop.shutdownGracefully(0, CLOSE_MS, TimeUnit.MILLISECONDS);
  }
}
