package io.xengarden.node.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Fills a sink's buffers with little-endian values, and sums what it has filled. */
final class ChunkWriter {
  private final ChunkSink sink;
  private final CRC32C sum = new CRC32C();
  private final boolean summing;
  private ByteBuffer chunk;
  private long takenBytes;

  ChunkWriter(ChunkSink sink, boolean summing) {
    this.sink = sink;
    this.summing = summing;
  }

  /** A buffer with room for {@code bytes} in one piece, to be put at its position. */
  ByteBuffer room(int bytes) {
    if (chunk != null && chunk.remaining() < bytes) {
      flush();
    }
    if (chunk == null) {
      chunk = sink.allocate().order(ByteOrder.LITTLE_ENDIAN);
      if (chunk.position() != 0 || chunk.remaining() < ChunkSink.MIN_CHUNK_BYTES) {
        throw new IllegalArgumentException("a chunk's buffer of " + chunk.remaining() + " bytes");
      }
    }
    return chunk;
  }

  /** Bytes of any length, cut wherever a chunk ends. */
  void put(byte[] bytes) {
    for (int done = 0; done < bytes.length; ) {
      ByteBuffer target = room(1);
      int part = Math.min(bytes.length - done, target.remaining());
      target.put(bytes, done, part);
      done += part;
    }
  }

  void record(int type, int length) {
    room(Format.RECORD_HEADER_BYTES).putInt(type).putInt(length);
  }

  /** Gives what is there to the sink. */
  void flush() {
    if (chunk == null || chunk.position() == 0) {
      return;
    }
    ByteBuffer full = chunk.flip();
    chunk = null;
    takenBytes += full.remaining();
    if (summing) {
      sum.update(full.duplicate());
    }
    sink.take(full);
  }

  /** Bytes put so far. */
  long bytes() {
    return takenBytes + (chunk == null ? 0 : chunk.position());
  }

  /** CRC-32C of all bytes put so far; flushes. */
  int sum() {
    flush();
    return (int) sum.getValue();
  }
}
