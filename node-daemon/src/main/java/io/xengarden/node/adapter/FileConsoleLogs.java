package io.xengarden.node.adapter;

import io.xengarden.node.console.ConsoleLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Console logs as files {@code guest-NAME.log} in one folder, as xenconsoled writes them. A file
 * that has reached its limit becomes {@code guest-NAME.log.1}, in place of the one before.
 *
 * <p>A log has a virtual thread only while there is something to write; the file is open only then,
 * so that thousands of quiet guests hold no descriptors.
 */
public final class FileConsoleLogs implements ConsoleLogs {
  /** Bytes in one file. */
  public static final long MAX_FILE_BYTES = 1 << 20;

  private final Path folder;

  public FileConsoleLogs(Path folder) {
    this.folder = folder;
  }

  /** The file of a domain of this name. */
  public Path file(String domainName) {
    return folder.resolve("guest-" + asFileName(domainName) + ".log");
  }

  @Override
  public ConsoleLog open(String domainName) {
    return new LogFile(file(domainName));
  }

  /** A name may hold what a file's name may not. */
  private static String asFileName(String domainName) {
    return domainName.replace("%", "%25").replace("/", "%2F");
  }

  private static final class LogFile implements ConsoleLog {
    private record Pending(byte[] output, AppendDone done) {}

    private final Path file;
    private final Queue<Pending> pending = new ArrayDeque<>();
    private boolean writing;

    LogFile(Path file) {
      this.file = file;
    }

    @Override
    public void append(byte[] output, AppendDone done) {
      synchronized (pending) {
        pending.add(new Pending(output, done));
        if (!writing) {
          writing = true;
          Thread.ofVirtual().name("console-log ", 0).start(this::writePending);
        }
      }
    }

    @Override
    public void close() {
      // Nothing is held between appends.
    }

    private void writePending() {
      for (Pending next = take(); next != null; next = take()) {
        next.done().done(write(next.output()));
      }
    }

    private Pending take() {
      synchronized (pending) {
        Pending next = pending.poll();
        writing = next != null;
        return next;
      }
    }

    private IOException write(byte[] output) {
      try {
        if (Files.exists(file) && Files.size(file) + output.length > MAX_FILE_BYTES) {
          Files.move(file, predecessor(), StandardCopyOption.REPLACE_EXISTING);
        }
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
          ByteBuffer buffer = ByteBuffer.wrap(output);
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
        }
        return null;
      } catch (IOException e) {
        return e;
      }
    }

    private Path predecessor() {
      return file.resolveSibling(file.getFileName() + ".1");
    }
  }
}
