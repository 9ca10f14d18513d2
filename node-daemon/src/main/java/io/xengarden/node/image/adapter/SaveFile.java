package io.xengarden.node.image.adapter;

import io.xengarden.node.image.ChunkSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A save file being written. The bytes go to a hidden file beside the target; {@link #commit} makes
 * them durable and puts them in the target's place in one step, over a file that was there, as xl
 * save overwrites one. Closed without a commit, or failed, it leaves nothing; only a kill can leave
 * {@code .saving-*.part} behind, and never a broken target.
 *
 * <p>Each IOException says in one line what could not be done and why. Not for two threads at once.
 */
public final class SaveFile implements AutoCloseable {
  static final String TEMPORARY_PREFIX = ".saving-";
  static final String TEMPORARY_SUFFIX = ".part";
  private static final String SAVE_TO = "save to";

  /** How the hidden file is opened; tests open something that fails instead. */
  @FunctionalInterface
  interface Opener {
    FileChannel open(Path temporary) throws IOException;
  }

  private final Path named;
  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private boolean inPlace;

  private SaveFile(Path named, Path target, Path temporary, FileChannel channel) {
    this.named = named;
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /** Begins a file; readable by its owner only, for it holds all of a guest's memory. */
  public static SaveFile create(Path file) throws IOException {
    return create(file, temporary -> FileChannel.open(temporary, StandardOpenOption.WRITE));
  }

  static SaveFile create(Path file, Opener opener) throws IOException {
    try {
      Path target = resolve(file);
      Path temporary = Files.createTempFile(target.getParent(), TEMPORARY_PREFIX, TEMPORARY_SUFFIX);
      try {
        return new SaveFile(file, target, temporary, opener.open(temporary));
      } catch (IOException e) {
        Files.deleteIfExists(temporary);
        throw e;
      }
    } catch (IOException e) {
      throw FileTrouble.cannot(SAVE_TO, file, e);
    }
  }

  /** Follows links, so that the link stays and the file it names is replaced. */
  private static Path resolve(Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      Path absolute = file.toAbsolutePath().normalize();
      if (absolute.getParent() == null) {
        throw new FileSystemException(file.toString(), null, "Is a directory");
      }
      return absolute;
    }
    Path real = file.toRealPath();
    if (!Files.isRegularFile(real)) {
      String reason = Files.isDirectory(real) ? "Is a directory" : "Not a regular file";
      throw new FileSystemException(file.toString(), null, reason);
    }
    if (!Files.isWritable(real)) {
      throw new FileSystemException(file.toString(), null, "Permission denied");
    }
    return real;
  }

  /** Writes all that remains in the chunk. */
  public void append(ByteBuffer chunk) throws IOException {
    try {
      while (chunk.hasRemaining()) {
        channel.write(chunk);
      }
    } catch (IOException e) {
      throw FileTrouble.cannot(SAVE_TO, named, e);
    }
  }

  /**
   * An encoder's sink that appends at once, through one buffer: for whoever encodes and writes on
   * the same thread. It throws {@link UncheckedIOException}.
   */
  public ChunkSink chunks() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(ChunkSink.MAX_CHUNK_BYTES);
    return new ChunkSink() {
      @Override
      public ByteBuffer allocate() {
        return buffer.clear();
      }

      @Override
      public void take(ByteBuffer chunk) {
        try {
          append(chunk);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /** Durable and in place when it returns; it may be called once. */
  public void commit() throws IOException {
    try {
      channel.force(true);
      channel.close();
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      inPlace = true;
      forceFolder(target.getParent());
    } catch (IOException e) {
      throw FileTrouble.cannot(SAVE_TO, named, e);
    }
  }

  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /** Gives the file up, unless it is in place. */
  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      if (!inPlace) {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
