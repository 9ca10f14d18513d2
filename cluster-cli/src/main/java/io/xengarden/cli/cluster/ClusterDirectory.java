package io.xengarden.cli.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An adapter: the files of one local cluster under {@code ~/.xengarden/default} or {@code --dir}.
 */
public record ClusterDirectory(Path path) {
  /** No file that is read whole may be larger. */
  private static final long MAX_FILE_BYTES = 64 * 1024;

  public Path hostDirectory(String host) {
    return path.resolve(host);
  }

  Path daemonLog(String host) {
    return hostDirectory(host).resolve("daemon.log");
  }

  private Path planFile() {
    return path.resolve("cluster.json");
  }

  private Path recordFile(String host) {
    return hostDirectory(host).resolve("host.json");
  }

  private Path processFile(String host) {
    return hostDirectory(host).resolve("process.json");
  }

  /** The plan of the cluster that was brought up here; empty when there is none. */
  public Optional<ClusterPlan> plan() {
    return read(planFile()).flatMap(ClusterPlan::parse);
  }

  public void writePlan(ClusterPlan plan) throws IOException {
    Files.createDirectories(path);
    writeAtomically(planFile(), plan.toJson().pretty() + "\n");
  }

  void removePlan() throws IOException {
    Files.deleteIfExists(planFile());
  }

  /** What the daemon wrote when it became ready. */
  public Optional<HostRecord> record(String host) {
    return read(recordFile(host)).flatMap(HostRecord::parse);
  }

  /** Writes what a daemon writes when it becomes ready. */
  public void writeRecord(HostRecord record) throws IOException {
    Files.createDirectories(hostDirectory(record.name()));
    writeAtomically(recordFile(record.name()), record.toJson().compact() + "\n");
  }

  /** The process that was started for a host, if it still runs. */
  public Optional<HostProcess> process(String host) {
    return read(processFile(host)).flatMap(HostProcess::parse).filter(HostProcess::isAlive);
  }

  public void writeProcess(String host, HostProcess process) throws IOException {
    Files.createDirectories(hostDirectory(host));
    writeAtomically(processFile(host), process.toJson().compact() + "\n");
  }

  /** Forgets the daemon of a host; its logs, images and consoles stay. */
  void removeProcess(String host) throws IOException {
    Files.deleteIfExists(recordFile(host));
    Files.deleteIfExists(processFile(host));
  }

  /** Records of the hosts whose process runs and has been ready, in order. */
  public List<HostRecord> running(ClusterPlan plan) {
    List<HostRecord> records = new ArrayList<>();
    for (String host : plan.names()) {
      if (process(host).isPresent()) {
        record(host).ifPresent(records::add);
      }
    }
    return records;
  }

  /**
   * Only one of {@code up}, {@code down} and {@code host} works on a cluster at a time.
   *
   * @throws ClusterError when another one does
   */
  public Closeable lock() throws ClusterError {
    try {
      Files.createDirectories(path);
      FileChannel channel =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw busy();
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      throw busy();
    } catch (IOException e) {
      throw new ClusterError("cannot use " + path + ": " + ClusterError.reason(e));
    }
  }

  private ClusterError busy() {
    return new ClusterError("another command is working on the cluster in " + path);
  }

  private static Optional<String> read(Path file) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        return Optional.empty();
      }
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void writeAtomically(Path file, String text) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(partial, text);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
