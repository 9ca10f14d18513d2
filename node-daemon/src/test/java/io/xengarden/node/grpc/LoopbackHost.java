package io.xengarden.node.grpc;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.ConfigFactory;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
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
import io.xengarden.proto.v1.ToolstackGrpc;
import io.xengarden.storage.adapter.FileBlockImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A host as the daemon runs it, on real time, files and a real socket. */
final class LoopbackHost implements AutoCloseable {
  private final ActorSystem<XenHostCommand> system;
  private final LoopbackServer server;
  private final ManagedChannel channel;

  LoopbackHost(Path dir) throws Exception {
    this(dir, 0);
  }

  LoopbackHost(Path dir, int preferredPort) throws Exception {
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
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
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

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    try {
      server.stop(Duration.ofMillis(100));
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IOException("the host does not end", e);
    }
  }
}
