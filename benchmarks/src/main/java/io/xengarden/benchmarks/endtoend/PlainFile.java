package io.xengarden.benchmarks.endtoend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The file itself: positional reads and writes, a thread for each operation under way. */
final class PlainFile implements Contender {
  private final FileChannel channel;
  private final long bytes;

  PlainFile(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    bytes = channel.size();
  }

  @Override
  public String name() {
    return "plain file";
  }

  @Override
  public double run(Pattern pattern, int seconds) throws IOException {
    long start = System.nanoTime();
    long end = start + seconds * 1_000_000_000L;
    long done = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(pattern.depth())) {
      List<Future<Long>> streams = new ArrayList<>();
      for (int stream = 0; stream < pattern.depth(); stream++) {
        Places places = new Places(pattern, bytes, stream);
        streams.add(threads.submit(() -> stream(pattern, places, end)));
      }
      for (Future<Long> stream : streams) {
        done += stream.get();
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new IOException(e);
    }
    return done / ((System.nanoTime() - start) / 1e9);
  }

  private long stream(Pattern pattern, Places places, long end) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(pattern.blockBytes());
    long done = 0;
    while (System.nanoTime() < end) {
      long offset = places.next();
      buffer.clear();
      while (buffer.hasRemaining()) {
        long at = offset + buffer.position();
        int moved = pattern.mode().reads() ? channel.read(buffer, at) : channel.write(buffer, at);
        if (moved < 0) {
          throw new IOException("the file ends at " + at);
        }
      }
      done++;
    }
    return done;
  }

  /** What was written is on the disk below, so that the next contender starts from the same. */
  void settle() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
