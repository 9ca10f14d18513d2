package io.xengarden.node.image.adapter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A save file being read from its start. Each IOException says in one line what could not be done
 * and why. Not for two threads at once.
 */
public final class RestoreFile implements AutoCloseable {
  private static final String RESTORE_FROM = "restore from";

  private final Path file;
  private final FileChannel channel;

  private RestoreFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  public static RestoreFile open(Path file) throws IOException {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        String reason = Files.isDirectory(file) ? "Is a directory" : "Not a regular file";
        throw new FileSystemException(file.toString(), null, reason);
      }
      return new RestoreFile(file, FileChannel.open(file, StandardOpenOption.READ));
    } catch (IOException e) {
      throw FileTrouble.cannot(RESTORE_FROM, file, e);
    }
  }

  /** What a decoder's refusals shall call it. */
  public String name() {
    return file.toString();
  }

  /** Clears the buffer, fills it as far as the file goes and flips it; false at the end. */
  public boolean read(ByteBuffer buffer) throws IOException {
    buffer.clear();
    try {
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        continue;
      }
    } catch (IOException e) {
      throw FileTrouble.cannot(RESTORE_FROM, file, e);
    }
    return buffer.flip().hasRemaining();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
