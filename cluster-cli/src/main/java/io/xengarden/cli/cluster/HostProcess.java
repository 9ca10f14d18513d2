package io.xengarden.cli.cluster;

import io.xengarden.cli.text.Json;
import io.xengarden.cli.text.JsonError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An adapter: a daemon's operating-system process. A pid alone is not enough, because pids are used
 * again; the {@code birth} mark tells this process from a later one of the same number.
 */
public record HostProcess(long pid, String birth) {
  /** How long a daemon may take to close its domains after SIGTERM. */
  static final long STOP_SECONDS = 20;

  private static final long ZOMBIE_CHECK_MS = 50;

  /** How long the kernel may take to remove a killed process. */
  static final long KILL_SECONDS = 10;

  /** The process that has this pid now. */
  public static HostProcess of(long pid) {
    return new HostProcess(pid, birth(pid));
  }

  Json toJson() {
    return Json.fields().with("pid", pid).with("birth", birth);
  }

  static Optional<HostProcess> parse(String text) {
    try {
      if (Json.parse(text) instanceof Json.Fields fields
          && fields.number("pid").isPresent()
          && fields.text("birth").isPresent()) {
        return Optional.of(new HostProcess(fields.number("pid").get(), fields.text("birth").get()));
      }
    } catch (JsonError e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** Whether the process that was started still exists. */
  public boolean isAlive() {
    return handle().isPresent();
  }

  private Optional<ProcessHandle> handle() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(handle -> birth(pid).equals(birth));
  }

  /** SIGTERM, then SIGKILL when it has not ended in time. Returns once it is gone. */
  void stop() throws ClusterError {
    Optional<ProcessHandle> handle = handle();
    if (handle.isEmpty()) {
      return;
    }
    handle.get().destroy();
    // A stopped process takes SIGTERM only after SIGCONT.
    signal("CONT");
    if (!ended(handle.get(), STOP_SECONDS)) {
      kill();
    }
  }

  /** SIGKILL; returns once it is gone. */
  public void kill() throws ClusterError {
    Optional<ProcessHandle> handle = handle();
    if (handle.isPresent()) {
      handle.get().destroyForcibly();
      if (!ended(handle.get(), KILL_SECONDS)) {
        throw new ClusterError("process " + pid + " does not end, not even by SIGKILL");
      }
    }
  }

  /** Sends STOP or CONT. */
  public void signal(String name) throws ClusterError {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(pid))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (kill.waitFor() != 0 && isAlive()) {
        throw new ClusterError("cannot send SIG" + name + " to process " + pid);
      }
    } catch (IOException e) {
      throw new ClusterError("cannot run kill: " + ClusterError.reason(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterError("interrupted");
    }
  }

  /**
   * Waits for the end in short steps, because a process whose new parent does not collect it stays
   * a zombie, whose end the JDK never reports.
   */
  private boolean ended(ProcessHandle handle, long seconds) throws ClusterError {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    CompletableFuture<ProcessHandle> end = handle.onExit();
    while (isAlive()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        end.get(ZOMBIE_CHECK_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        continue;
      } catch (ExecutionException e) {
        throw new ClusterError("cannot wait for process " + pid);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ClusterError("interrupted");
      }
    }
    return true;
  }

  /**
   * On Linux the boot's id and the start time in clock ticks (proc(5), field 22 of stat), which no
   * change of the wall clock moves; elsewhere what the JDK knows. A zombie has ended.
   */
  private static String birth(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      if (afterName[0].equals("Z") || afterName[0].equals("X")) {
        return "ended";
      }
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      return boot + "/" + afterName[19];
    } catch (IOException | IndexOutOfBoundsException e) {
      return ProcessHandle.of(pid)
          .flatMap(handle -> handle.info().startInstant())
          .map(Object::toString)
          .orElse("unknown");
    }
  }
}
