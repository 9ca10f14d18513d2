package io.xengarden.storage.adapter;

import io.xengarden.abi.BlkifRing;
import io.xengarden.storage.BlockImage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open file or block device. Operations wait in a queue that a few threads empty: a burst wakes
 * few of them, not one per operation, since waking a thread costs more than reading a cached page.
 */
final class FileBlockImage implements BlockImage {
  /** Operations of one image that block at the same time. */
  static final int MAX_WORKERS = 8;

  /** Operations that one thread is left with before another one is woken. */
  static final int OPERATIONS_PER_WORKER = 4;

  /** Added to the count of operations by {@link #close}. */
  private static final int CLOSED = 1 << 30;

  private static final Logger LOG = LoggerFactory.getLogger(FileBlockImage.class);

  private final FileChannel channel;
  private final long sizeBytes;
  private final Executor threads;
  private final Queue<Operation> waiting = new ConcurrentLinkedQueue<>();

  /** Operations not completed, and {@link #CLOSED}: alone it means that the channel can go. */
  private final AtomicInteger pending = new AtomicInteger();

  private final AtomicInteger workers = new AtomicInteger();

  FileBlockImage(FileChannel channel, Executor threads) throws IOException {
    this.channel = channel;
    this.sizeBytes = channel.size() & -BlkifRing.SECTOR_SIZE;
    this.threads = threads;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, ByteBuffer target, IoDone done) {
    submit(new Read(offset, target, done));
  }

  @Override
  public void write(long offset, ByteBuffer source, IoDone done) {
    submit(new Write(offset, source, done));
  }

  @Override
  public void flush(IoDone done) {
    submit(new Flush(done));
  }

  @Override
  public void close() {
    if (pending.getAndUpdate(count -> count | CLOSED) == 0) {
      threads.execute(this::closeChannel);
    }
  }

  private void submit(Operation operation) {
    int before = pending.getAndUpdate(count -> isClosed(count) ? count : count + 1);
    if (isClosed(before)) {
      operation.done().done(new IOException("the image is closed"));
      return;
    }
    waiting.add(operation);
    int working = workers.get();
    boolean wanted = working == 0 || before >= working * OPERATIONS_PER_WORKER;
    if (wanted && working < MAX_WORKERS && workers.compareAndSet(working, working + 1)) {
      threads.execute(this::work);
    }
  }

  private static boolean isClosed(int count) {
    return (count & CLOSED) != 0;
  }

  private void work() {
    do {
      for (Operation next = waiting.poll(); next != null; next = waiting.poll()) {
        perform(next);
      }
      workers.decrementAndGet();
      // Whoever saw us counted and started nobody has added its operation before the line above.
    } while (!waiting.isEmpty() && claimWorker());
  }

  private boolean claimWorker() {
    return workers.getAndUpdate(count -> Math.min(count + 1, MAX_WORKERS)) < MAX_WORKERS;
  }

  private void perform(Operation operation) {
    IOException failure = null;
    try {
      operation.run(channel);
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException e) { // whoever waits must hear of it
      LOG.error("an operation of an image", e);
      failure = new IOException(e);
    }
    operation.done().done(failure);
    release();
  }

  private void release() {
    if (pending.decrementAndGet() == CLOSED) {
      threads.execute(this::closeChannel);
    }
  }

  private void closeChannel() {
    try {
      channel.close();
    } catch (IOException failure) {
      LOG.warn("closing an image: {}", failure.toString());
    }
  }

  private sealed interface Operation {
    IoDone done();

    void run(FileChannel channel) throws IOException;
  }

  private record Read(long offset, ByteBuffer target, IoDone done) implements Operation {
    @Override
    public void run(FileChannel channel) throws IOException {
      long at = offset;
      while (target.hasRemaining()) {
        int count = channel.read(target, at);
        if (count < 0) {
          throw new EOFException("the image has become shorter than " + at + " bytes");
        }
        at += count;
      }
    }
  }

  private record Write(long offset, ByteBuffer source, IoDone done) implements Operation {
    @Override
    public void run(FileChannel channel) throws IOException {
      long at = offset;
      while (source.hasRemaining()) {
        at += channel.write(source, at);
      }
    }
  }

  private record Flush(IoDone done) implements Operation {
    @Override
    public void run(FileChannel channel) throws IOException {
      channel.force(false);
    }
  }
}
