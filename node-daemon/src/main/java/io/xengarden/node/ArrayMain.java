package io.xengarden.node;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.ConfigFactory;
import io.xengarden.node.Arguments.BadArguments;
import io.xengarden.node.adapter.DaemonLog;
import io.xengarden.node.adapter.HostFile;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.adapter.ArrayServices;
import io.xengarden.node.array.adapter.FileJournal;
import io.xengarden.node.array.adapter.RegisterKeeper;
import io.xengarden.node.grpc.LoopbackServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of the array: the ownership register behind gRPC. It serves when it has printed
 * {@code READY} and its record on standard output. When its journal fails it ends: a register that
 * does not know its own state must not speak.
 */
public final class ArrayMain {
  static final String NAME = "array";

  private static final String USAGE = "usage: ArrayMain --dir DIR [--grpc-port N [--same-port]]";
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration CALLS_LIMIT = Duration.ofMillis(200);
  private static final Duration SYSTEM_LIMIT = Duration.ofSeconds(5);
  private static final int EXIT_FAILED = 1;
  private static final int EXIT_USAGE = 2;

  private final ActorSystem<RegisterCommand> system;
  private final CompletableFuture<String> end;
  private final LoopbackServer server;
  private final HostFile file;

  private ArrayMain(
      ActorSystem<RegisterCommand> system,
      CompletableFuture<String> end,
      LoopbackServer server,
      HostFile file) {
    this.system = system;
    this.end = end;
    this.server = server;
    this.file = file;
  }

  /**
   * @param grpcPort preferred, or with {@code samePort} the only one: hosts know the array by it
   */
  record Options(Path dir, int grpcPort, boolean samePort) {
    static Options parse(String... words) throws BadArguments {
      Arguments arguments = new Arguments(words);
      Optional<Path> dir = Optional.empty();
      int port = 0;
      boolean samePort = false;
      while (!arguments.isEmpty()) {
        String option = arguments.next();
        switch (option) {
          case "--dir" -> dir = Optional.of(Path.of(arguments.value(option)).toAbsolutePath());
          case "--grpc-port" -> port = arguments.port(option);
          case "--same-port" -> samePort = true;
          default -> throw Arguments.unknown(option);
        }
      }
      if (dir.isEmpty()) {
        throw new BadArguments("--dir is needed");
      }
      return new Options(dir.get(), port, samePort);
    }

    Path arrayDir() {
      return dir.resolve(NAME);
    }
  }

  public static void main(String... words) {
    DaemonLog.start();
    try {
      ArrayMain array = start(Options.parse(words));
      Runtime.getRuntime().addShutdownHook(new Thread(array::stop, "stop"));
      log().error("the array ends: {}", array.end.join());
      System.exit(EXIT_FAILED);
    } catch (BadArguments e) {
      System.err.println(e.getMessage());
      System.err.println(USAGE);
      System.exit(EXIT_USAGE);
    } catch (Exception e) {
      log().error("the array cannot start: {}", e.getMessage());
      System.exit(EXIT_FAILED);
    }
  }

  /** Serves from its return on. */
  static ArrayMain start(Options options) throws Exception {
    Files.createDirectories(options.arrayDir());
    FileJournal journal = FileJournal.open(options.arrayDir().resolve("register.journal"));
    CompletableFuture<String> end = new CompletableFuture<>();
    CompletableFuture<Void> loaded = new CompletableFuture<>();
    ActorSystem<RegisterCommand> system =
        ActorSystem.create(
            RegisterKeeper.create(journal, () -> loaded.complete(null), end::complete),
            NAME,
            ConfigFactory.load("host"));
    awaitFirst(loaded, end);
    LoopbackServer server = serve(options, system);
    HostFile file = new HostFile(options.arrayDir());
    HostFile.Content content =
        new HostFile.Content(NAME, ProcessHandle.current().pid(), server.address());
    file.write(content);
    System.out.println("READY " + content.json());
    System.out.flush();
    log().info("the array serves on {}", content.grpc());
    return new ArrayMain(system, end, server, file);
  }

  private static void awaitFirst(CompletableFuture<Void> loaded, CompletableFuture<String> end)
      throws Exception {
    CompletableFuture.anyOf(loaded, end).get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (end.isDone()) {
      throw new IOException(end.join());
    }
  }

  private static LoopbackServer serve(Options options, ActorSystem<RegisterCommand> system)
      throws IOException {
    var services = ArrayServices.of(system, system);
    return options.samePort()
        ? LoopbackServer.startOn(options.grpcPort(), services)
        : LoopbackServer.startNear(options.grpcPort(), services);
  }

  String address() {
    return server.address();
  }

  /** Why it ended by itself. */
  CompletableFuture<String> end() {
    return end;
  }

  /** On SIGTERM. What was answered is durable: there is nothing to wait for but calls. */
  void stop() {
    try {
      server.refuseNewCalls();
      server.stop(CALLS_LIMIT);
      system.terminate();
      system
          .getWhenTerminated()
          .toCompletableFuture()
          .get(SYSTEM_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      file.delete();
    } catch (IOException | InterruptedException | ExecutionException e) {
      log().warn("the array did not end in order: {}", e.toString());
    } catch (java.util.concurrent.TimeoutException e) {
      log().warn("the array did not end in time");
    }
  }

  private static Logger log() {
    return LoggerFactory.getLogger(ArrayMain.class);
  }
}
