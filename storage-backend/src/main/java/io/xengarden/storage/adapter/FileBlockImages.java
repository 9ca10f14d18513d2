package io.xengarden.storage.adapter;

import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImage.IoDone;
import io.xengarden.storage.BlockImages;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;

/**
 * Raw images: regular files, and block devices. A size that is no multiple of 512 bytes is rounded
 * down; the rest of the file is never touched. A flush is fsync without metadata (fdatasync).
 *
 * <p>Blocking calls run on threads of their own, at most {@link #MAX_THREADS}, of which one image
 * has at most {@link FileBlockImage#MAX_WORKERS}: an image on storage that hangs holds up itself.
 * They are platform threads, because a virtual thread keeps its carrier while it reads or writes a
 * file (JDK 25 compensates only for force): two reads that hang would stop all virtual threads of a
 * machine with two cores. Both were measured to be equally fast.
 */
public final class FileBlockImages implements BlockImages {
  /** Threads of all images together; idle ones end. */
  public static final int MAX_THREADS = 64;

  private static final long IDLE_SECONDS = 10;

  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFBLK = 0060000;

  private final Executor threads;

  public FileBlockImages() {
    this(
        new ForkJoinPool(
            MAX_THREADS,
            FileBlockImages::newThread,
            null,
            true, // first come, first served
            0,
            MAX_THREADS,
            0,
            null,
            IDLE_SECONDS,
            TimeUnit.SECONDS));
  }

  FileBlockImages(Executor threads) {
    this.threads = threads;
  }

  private static ForkJoinWorkerThread newThread(ForkJoinPool pool) {
    ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
    thread.setName("images-" + thread.getPoolIndex());
    return thread;
  }

  @Override
  public void check(String target, Access access, IoDone done) {
    threads.execute(
        () -> {
          try (FileChannel _ = openChannel(target, access)) {
            done.done(null);
          } catch (IOException failure) {
            done.done(failure);
          }
        });
  }

  @Override
  public void open(String target, Access access, OpenDone done) {
    threads.execute(
        () -> {
          try {
            done.opened(image(openChannel(target, access)));
          } catch (IOException failure) {
            done.failed(failure);
          }
        });
  }

  private BlockImage image(FileChannel channel) throws IOException {
    try {
      return new FileBlockImage(channel, threads);
    } catch (IOException failure) {
      channel.close();
      throw failure;
    }
  }

  /** One line per failure, beginning with the path, as the toolstack shows it. */
  private static FileChannel openChannel(String target, Access access) throws IOException {
    try {
      Path path = Path.of(target);
      if (!path.isAbsolute()) {
        throw new IOException(target + ": not an absolute path");
      }
      requireFileOrBlockDevice(path); // before opening: a FIFO would hold us up
      Set<OpenOption> options =
          access == Access.READ_ONLY
              ? Set.of(StandardOpenOption.READ)
              : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
      return FileChannel.open(path, options);
    } catch (InvalidPathException malformed) {
      throw new IOException(target + ": not a path", malformed);
    } catch (NoSuchFileException missing) {
      throw new IOException(target + ": no such file", missing);
    } catch (AccessDeniedException denied) {
      String verb = access == Access.READ_ONLY ? "read" : "write";
      throw new IOException(target + ": no permission to " + verb + " it", denied);
    }
  }

  private static void requireFileOrBlockDevice(Path path) throws IOException {
    int type = (int) Files.getAttribute(path, "unix:mode") & S_IFMT;
    if (type != S_IFREG && type != S_IFBLK) {
      throw new IOException(path + ": neither a regular file nor a block device");
    }
  }
}
