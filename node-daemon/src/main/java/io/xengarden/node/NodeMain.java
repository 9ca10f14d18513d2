package io.xengarden.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import com.typesafe.config.ConfigFactory;
import io.xengarden.domain.GuestMode;
import io.xengarden.domain.KernelImages;
import io.xengarden.domain.pebble.PebbleImage;
import io.xengarden.node.Arguments.BadArguments;
import io.xengarden.node.XenHostCommand.DomainsStopped;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.node.XenHostCommand.StopDomains;
import io.xengarden.node.adapter.DaemonLog;
import io.xengarden.node.adapter.FileConsoleLogs;
import io.xengarden.node.adapter.HostFile;
import io.xengarden.node.adapter.MonotonicClock;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Register;
import io.xengarden.node.array.adapter.ArrayChannel;
import io.xengarden.node.array.adapter.FileJournal;
import io.xengarden.node.array.adapter.RegisterProxy;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.cluster.adapter.HostMembership;
import io.xengarden.node.grpc.GrpcServer;
import io.xengarden.node.grpc.GrpcServer.Serving;
import io.xengarden.node.grpc.LoopbackServer;
import io.xengarden.node.relocation.CrashPoints;
import io.xengarden.node.relocation.RelocationPorts;
import io.xengarden.node.relocation.adapter.GrpcMigrationLinks;
import io.xengarden.node.relocation.adapter.ImageFiles;
import io.xengarden.storage.adapter.FileBlockImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of one host: an adapter between the machine it runs on and {@link XenHost}. It serves
 * when it has printed {@code READY} and its host record on standard output; SIGTERM ends its
 * domains in order, then itself.
 */
public final class NodeMain {
  /** How long a host may take to start. */
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  /** How long domains may take to end, their disks' last writes included. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

  /** How long calls may take to end after that, and the actors. */
  private static final Duration CALLS_LIMIT = Duration.ofSeconds(1);

  private static final Duration SYSTEM_LIMIT = Duration.ofSeconds(5);
  private static final int EXIT_FAILED = 1;
  private static final int EXIT_USAGE = 2;

  private final ActorSystem<XenHostCommand> system;
  private final LoopbackServer server;
  private final HostFile hostFile;
  private final Cluster cluster;

  private NodeMain(
      ActorSystem<XenHostCommand> system,
      LoopbackServer server,
      HostFile hostFile,
      Cluster cluster) {
    this.system = system;
    this.server = server;
    this.hostFile = hostFile;
    this.cluster = cluster;
  }

  /** What holds a host in its cluster; one that is a cluster of its own has neither. */
  private record Cluster(Optional<ArrayChannel> array, Optional<HostMembership> membership) {
    static Cluster of(NodeOptions options) {
      return new Cluster(options.array().map(ArrayChannel::open), Optional.empty());
    }

    Cluster entered(HostMembership entered) {
      return new Cluster(array, Optional.of(entered));
    }

    /** Without an array, the register lives in the host's own folder. */
    ClusterLink link(NodeOptions options) throws IOException {
      if (array.isPresent()) {
        return new ClusterLink(
            RegisterProxy.create(array.get().channel()), Props.empty(), Optional.empty());
      }
      return new ClusterLink(
          Register.create(FileJournal.open(options.hostDir().resolve("register.journal"))),
          DispatcherSelector.fromConfig("xengarden.io-dispatcher"),
          Optional.of(HostRecord.Addresses.NONE));
    }
  }

  /**
   * @param arguments see {@link NodeOptions#USAGE}
   */
  public static void main(String... arguments) {
    DaemonLog.start();
    try {
      NodeMain node = start(NodeOptions.parse(arguments));
      Runtime.getRuntime().addShutdownHook(new Thread(node::stop, "stop"));
      node.end().toCompletableFuture().join();
      System.exit(EXIT_FAILED); // not reached when the hook has ended the host
    } catch (BadArguments e) {
      System.err.println(e.getMessage());
      System.err.println(NodeOptions.USAGE);
      System.exit(EXIT_USAGE);
    } catch (Exception e) {
      log().error("the host cannot start: {}", reason(e));
      System.exit(EXIT_FAILED);
    }
  }

  /** Serves from its return on. */
  static NodeMain start(NodeOptions options) throws Exception {
    Path consoles = options.hostDir().resolve("consoles");
    Files.createDirectories(consoles);
    InstantSource wallClock = InstantSource.system();
    Cluster cluster = Cluster.of(options);
    HostPorts ports =
        new HostPorts(
            new MonotonicClock(),
            wallClock,
            new SecureRandom(),
            new FileBlockImages(),
            new FileConsoleLogs(consoles),
            KernelImages.of(new PebbleImage()),
            GuestMode.NORMAL,
            cluster.link(options),
            new RelocationPorts(new ImageFiles(), new GrpcMigrationLinks(), CrashPoints.NONE));
    CompletableFuture<HostActors> ready = new CompletableFuture<>();
    ActorSystem<XenHostCommand> system =
        ActorSystem.create(
            XenHost.create(options.settings(), ports, ready::complete),
            "host",
            ConfigFactory.load("host"));
    HostActors actors = ready.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    long pid = ProcessHandle.current().pid();
    LoopbackServer server =
        GrpcServer.start(
            new Serving(system, options.settings(), actors, wallClock, pid), options.grpcPort());
    if (options.array().isPresent()) {
      cluster = cluster.entered(enter(options, system, actors, server.address()));
    }
    HostFile hostFile = new HostFile(options.hostDir());
    announce(hostFile, new HostFile.Content(options.settings().name(), pid, server.address()));
    return new NodeMain(system, server, hostFile, cluster);
  }

  /** The array's port names the cluster: no two clusters on a machine have it at a time. */
  private static HostMembership enter(
      NodeOptions options, ActorSystem<?> system, HostActors actors, String grpc)
      throws TimeoutException, InterruptedException {
    String name = Integer.toString(options.array().orElseThrow().getPort());
    return HostMembership.enter(
        new HostMembership.Entrance(system, options.settings().name(), name),
        new HostMembership.Parts(
            actors.cluster().register(),
            actors.cluster().directory(),
            actors.cluster().ownership()),
        grpc);
  }

  private static void announce(HostFile hostFile, HostFile.Content content) throws IOException {
    hostFile.write(content);
    System.out.println("READY " + content.json());
    System.out.flush();
    log().info("{} serves on {}", content.name(), content.grpc());
  }

  /** Completes when the host has ended by itself. */
  CompletionStage<?> end() {
    return system.getWhenTerminated();
  }

  /** On SIGTERM. Bounded at every step: what does not end in time is left to the process's end. */
  void stop() {
    try {
      server.refuseNewCalls();
      cluster.membership().ifPresent(HostMembership::close);
      CountDownLatch stopped = new CountDownLatch(1);
      ActorRef<DomainsStopped> answer =
          system.systemActorOf(
              OneReply.<DomainsStopped>create(
                  STOP_LIMIT, _ -> stopped.countDown(), stopped::countDown),
              "stopping",
              Props.empty());
      system.tell(new StopDomains(answer));
      stopped.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      server.stop(CALLS_LIMIT);
      system.terminate();
      system
          .getWhenTerminated()
          .toCompletableFuture()
          .get(SYSTEM_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      cluster.array().ifPresent(ArrayChannel::close);
      hostFile.delete();
    } catch (Exception e) {
      log().warn("the host did not end in order: {}", e.toString());
    }
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static Logger log() {
    return LoggerFactory.getLogger(NodeMain.class);
  }
}
