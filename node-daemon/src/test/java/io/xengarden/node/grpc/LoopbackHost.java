package io.xengarden.node.grpc;

import akka.actor.typed.ActorSystem;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import com.typesafe.config.ConfigFactory;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.GlobalEventExecutor;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.xengarden.domain.GuestMode;
import io.xengarden.domain.KernelImages;
import io.xengarden.domain.pebble.PebbleImage;
import io.xengarden.node.HostPorts;
import io.xengarden.node.HostSettings;
import io.xengarden.node.XenHost;
import io.xengarden.node.XenHostCommand;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.node.adapter.FileConsoleLogs;
import io.xengarden.node.adapter.MonotonicClock;
import io.xengarden.node.simulated.ScriptedKernel;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.CreateDomainResponse;
import io.xengarden.proto.v1.DestroyDomainRequest;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.GetDomainRequest;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.RunCommandRequest;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.ToolstackGrpc;
import io.xengarden.proto.v1.WatchEventsRequest;
import io.xengarden.storage.adapter.FileBlockImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A host as the daemon runs it, on real time, files and a real socket. */
final class LoopbackHost implements AutoCloseable {
  private final ActorSystem<XenHostCommand> system;
  private final LoopbackServer server;
  private final ManagedChannel channel;
  private final Path dir;
  private final EventLoopGroup clientThreads =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  LoopbackHost(Path dir) throws Exception {
    this(dir, 0);
  }

  LoopbackHost(Path dir, int preferredPort) throws Exception {
    this.dir = dir;
    Files.createDirectories(dir);
    HostSettings settings = new HostSettings("host1", 4, 2048);
    HostPorts ports =
        new HostPorts(
            new MonotonicClock(),
            InstantSource.system(),
            new SecureRandom(),
            new FileBlockImages(),
            new FileConsoleLogs(dir),
            KernelImages.of(new PebbleImage(), new ScriptedKernel()),
            GuestMode.NORMAL);
    CompletableFuture<HostActors> ready = new CompletableFuture<>();
    system =
        ActorSystem.create(
            XenHost.create(settings, ports, ready::complete), "host", ConfigFactory.load("host"));
    HostActors actors = ready.get(60, TimeUnit.SECONDS);
    server =
        GrpcServer.start(
            new GrpcServer.Serving(system, settings, actors, InstantSource.system(), 1),
            preferredPort);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .channelType(NioSocketChannel.class)
            .eventLoopGroup(clientThreads)
            .directExecutor()
            .usePlaintext()
            .build();
  }

  int port() {
    return server.port();
  }

  ManagedChannel channel() {
    return channel;
  }

  /** Calls give up after a time that no test should need. */
  ToolstackGrpc.ToolstackBlockingStub toolstack() {
    return ToolstackGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  ToolstackGrpc.ToolstackStub asynchronous() {
    return ToolstackGrpc.newStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  void destroyAll() {
    for (DomainInfo domain : domains()) {
      if (domain.getDomid() != 0) {
        destroy(domain.getName());
      }
    }
  }

  static DomainConfig.Builder pebble(String name) {
    return DomainConfig.newBuilder()
        .setName(name)
        .setMemoryKib(32 << 10)
        .setKernel("builtin:pebble");
  }

  static DomainConfig.Builder scripted(String name) {
    return pebble(name).setKernel(ScriptedKernel.NAME).setCmdline("idle");
  }

  DomainConfig.Builder withDisk(String name) throws IOException {
    Path image = dir.resolve(name + ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(1 << 20);
    }
    return pebble(name)
        .addDisks(DiskConfig.newBuilder().setTarget(image.toString()).setVdev("xvda"));
  }

  CreateDomainResponse create(DomainConfig config) {
    return toolstack().createDomain(CreateDomainRequest.newBuilder().setConfig(config).build());
  }

  void destroy(String name) {
    toolstack().destroyDomain(DestroyDomainRequest.newBuilder().setDomain(named(name)).build());
  }

  DomainInfo get(String name) {
    return toolstack()
        .getDomain(GetDomainRequest.newBuilder().setDomain(named(name)).build())
        .getDomain();
  }

  List<DomainInfo> domains() {
    return toolstack().listDomains(ListDomainsRequest.getDefaultInstance()).getDomainsList();
  }

  Stream<String> names() {
    return domains().stream().map(DomainInfo::getName);
  }

  static DomainSelector named(String name) {
    return DomainSelector.newBuilder().setName(name).build();
  }

  List<Event> events() {
    List<Event> events = new ArrayList<>();
    toolstack().watchEvents(WatchEventsRequest.getDefaultInstance()).forEachRemaining(events::add);
    return events;
  }

  record Ran(String output, int status) {}

  Ran run(String name, String command) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    int[] status = {-1};
    toolstack()
        .runCommand(
            RunCommandRequest.newBuilder().setDomain(named(name)).addCommand(command).build())
        .forEachRemaining(
            message -> {
              if (message.hasExitStatus()) {
                status[0] = message.getExitStatus();
              } else {
                output.writeBytes(message.getData().toByteArray());
              }
            });
    return new Ran(output.toString(StandardCharsets.UTF_8), status[0]);
  }

  static ToolstackError detail(StatusRuntimeException failure) {
    Status status = StatusProto.fromThrowable(failure);
    try {
      return status.getDetails(0).unpack(ToolstackError.class);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  static <T> StreamObserver<T> collecting(BlockingQueue<T> into) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T message) {
        into.add(message);
      }

      @Override
      public void onError(Throwable failure) {
        // The test sees what did not come.
      }

      @Override
      public void onCompleted() {
        // As above.
      }
    };
  }

  /** Returns when Netty has no thread left: simulations run in the same JVM, and look for any. */
  @Override
  public void close() throws IOException {
    try {
      channel.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
      server.stop(Duration.ofMillis(100));
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
      clientThreads.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
      GlobalEventExecutor.INSTANCE.submit(() -> {}).sync();
      GlobalEventExecutor.INSTANCE.awaitInactivity(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IOException("the host does not end", e);
    }
  }
}
