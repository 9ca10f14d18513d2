package io.xengarden.cli.relocation;

import io.xengarden.cli.command.Session;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.AbortMigrationRequest;
import io.xengarden.proto.v1.MigrateDomainRequest;
import io.xengarden.proto.v1.RestoreDomainRequest;
import io.xengarden.proto.v1.SaveDomainRequest;
import java.io.Console;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * An adapter: the long calls of both dialects. Ctrl-C asks the host to abort a migration and waits
 * for what comes of it; a client that vanishes aborts nothing.
 */
public final class Relocations {
  /** How long an abort may take to clean up before this process goes without it. */
  private static final long ABORT_SECONDS = 30;

  private final Session session;
  private final ProgressDisplay display;
  private final PrintStream err;

  public Relocations(Session session) {
    this.session = session;
    this.err = session.streams().err();
    Console console = System.console();
    this.display = new ProgressDisplay(err, console != null && console.isTerminal());
  }

  public void save(Target target, String file, SaveDomainRequest.After after)
      throws ToolstackFailure {
    SaveDomainRequest request =
        SaveDomainRequest.newBuilder()
            .setDomain(target.selector())
            .setFile(absolute(file))
            .setAfter(after)
            .build();
    target.host().relocate(stub -> stub.saveDomain(request), display::show);
  }

  /** Restores on the standard host. */
  public void restore(String file, boolean paused) throws ToolstackFailure {
    HostConnection host = session.hosts().standard();
    RestoreDomainRequest request =
        RestoreDomainRequest.newBuilder().setFile(absolute(file)).setPaused(paused).build();
    host.relocate(stub -> stub.restoreDomain(request), display::show);
  }

  /**
   * @param request without its domain
   */
  public void migrate(Target target, MigrateDomainRequest.Builder request) throws ToolstackFailure {
    MigrateDomainRequest complete = request.setDomain(target.selector()).build();
    CountDownLatch ended = new CountDownLatch(1);
    Thread onInterrupt = new Thread(() -> abort(target, ended));
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try {
      target.host().relocate(stub -> stub.migrateDomain(complete), display::show);
    } finally {
      ended.countDown();
      forget(onInterrupt);
    }
  }

  private void abort(Target target, CountDownLatch ended) {
    err.println();
    err.println("Aborting the migration ...");
    try {
      target
          .host()
          .abortMigration(AbortMigrationRequest.newBuilder().setDomain(target.selector()).build());
    } catch (ToolstackFailure e) {
      err.println(e.getMessage());
    }
    try {
      ended.await(ABORT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String absolute(String file) {
    Path path = session.streams().directory().resolve(file);
    return path.toAbsolutePath().normalize().toString();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // The hook is what ended the call.
    }
  }
}
