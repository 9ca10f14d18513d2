package io.xengarden.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * QEMU's block layer in a process of its own, over NBD on a unix socket: what a virtual machine's
 * disk passes through there. Its defaults: page cache, a pool of threads.
 */
final class QemuStorageDaemon implements Contender {
  private static final String PROGRAM = "qemu-storage-daemon";
  private static final String EXPORT = "disk";
  private static final long START_SECONDS = 20;

  private final Process process;
  private final NbdConnection connection;

  QemuStorageDaemon(Path file, Path directory) throws IOException, InterruptedException {
    Path socket = directory.resolve("nbd.sock");
    Path ready = directory.resolve("nbd.pid");
    process =
        new ProcessBuilder(
                PROGRAM,
                "--blockdev",
                "driver=file,node-name=file,filename=" + file,
                "--blockdev",
                "driver=raw,node-name=raw,file=file",
                "--nbd-server",
                "addr.type=unix,addr.path=" + socket,
                "--export",
                "type=nbd,id=export,node-name=raw,writable=on,name=" + EXPORT,
                "--pidfile",
                ready.toString())
            .inheritIO()
            .start();
    awaitFile(ready);
    connection = new NbdConnection(socket, EXPORT);
  }

  /** Whether it is installed: Debian's qemu-system-common has it. */
  static boolean isInstalled() {
    for (String folder : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(folder, PROGRAM))) {
        return true;
      }
    }
    return false;
  }

  /** It writes its pid file once it serves. */
  private void awaitFile(Path file) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!Files.exists(file)) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
        throw new IOException(PROGRAM + " does not start");
      }
    }
  }

  @Override
  public String name() {
    return PROGRAM;
  }

  @Override
  public double run(Pattern pattern, int seconds) throws IOException {
    Places places = new Places(pattern, connection.size(), 0);
    boolean read = pattern.mode().reads();
    int replyBytes = read ? pattern.blockBytes() : 0;
    long start = System.nanoTime();
    long end = start + seconds * 1_000_000_000L;
    int underWay = 0;
    long done = 0;
    while (underWay < pattern.depth()) {
      connection.request(read, underWay++, places.next(), pattern.blockBytes());
    }
    while (underWay > 0) {
      connection.flush();
      do {
        long handle = connection.reply(replyBytes);
        underWay--;
        done++;
        if (System.nanoTime() < end) {
          connection.request(read, handle, places.next(), pattern.blockBytes());
          underWay++;
        }
      } while (underWay > 0 && connection.hasReply(replyBytes));
    }
    return done / ((System.nanoTime() - start) / 1e9);
  }

  @Override
  public void close() throws IOException {
    connection.close();
    process.destroy();
    Programs.await(process);
  }
}
