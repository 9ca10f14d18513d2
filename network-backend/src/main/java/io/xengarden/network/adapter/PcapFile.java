package io.xengarden.network.adapter;

import io.xengarden.network.Frame;
import io.xengarden.network.bridge.FrameTap;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A capture file in pcap's nanosecond format, as tcpdump and Wireshark read it. Frames are written
 * by a virtual thread; those that find its queue full are left out and counted.
 *
 * <p>Times are the host's clock, which begins anywhere.
 */
public final class PcapFile implements FrameTap, AutoCloseable {
  /** Frames that may wait to be written. */
  public static final int MAX_QUEUED = 4_096;

  private static final int MAGIC_NANOSECONDS = 0xa1b2_3c4d;
  private static final int LINKTYPE_ETHERNET = 1;
  private static final long NS_PER_S = 1_000_000_000;
  private static final int FILE_HEADER = 24;
  private static final int RECORD_HEADER = 16;

  private record Seen(long nanos, Frame frame) {}

  private final BlockingQueue<Seen> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
  private final AtomicLong leftOut = new AtomicLong();
  private final OutputStream file;
  private final Thread writer;
  private volatile boolean closing;
  private volatile IOException failure;

  /**
   * Begins a capture file, in place of one that is there.
   *
   * @throws IOException when it cannot be
   */
  public PcapFile(Path path) throws IOException {
    file = new BufferedOutputStream(Files.newOutputStream(path));
    file.write(
        ByteBuffer.allocate(FILE_HEADER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(MAGIC_NANOSECONDS)
            .putShort((short) 2)
            .putShort((short) 4)
            .putLong(0)
            .putInt(Frame.MAX_LENGTH)
            .putInt(LINKTYPE_ETHERNET)
            .array());
    writer = Thread.ofVirtual().name("pcap " + path.getFileName()).start(this::writeAll);
  }

  @Override
  public void saw(long nanos, Frame frame) {
    if (closing || !queue.offer(new Seen(nanos, frame))) {
      leftOut.incrementAndGet();
    }
  }

  /** Frames that are not in the file. */
  public long leftOut() {
    return leftOut.get();
  }

  private void writeAll() {
    try {
      while (true) {
        Seen seen = queue.poll(10, TimeUnit.MILLISECONDS);
        if (seen != null) {
          write(seen);
        } else if (closing) {
          return;
        }
      }
    } catch (IOException e) {
      failure = e;
      closing = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Seen seen) throws IOException {
    int length = seen.frame().length();
    file.write(
        ByteBuffer.allocate(RECORD_HEADER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt((int) (seen.nanos() / NS_PER_S))
            .putInt((int) (seen.nanos() % NS_PER_S))
            .putInt(length)
            .putInt(length)
            .array());
    file.write(seen.frame().toByteArray());
  }

  /**
   * Writes what waits and ends the file.
   *
   * @throws IOException when it is not whole
   */
  @Override
  public void close() throws IOException {
    closing = true;
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    file.close();
    if (failure != null) {
      throw failure;
    }
  }
}
