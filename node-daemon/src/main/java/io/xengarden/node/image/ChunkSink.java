package io.xengarden.node.image;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Where an encoder's bytes go, in chunks whose size the sink chooses by the buffers it hands out. A
 * page never lies in two chunks, so a chunk may be up to 4 KiB short of its buffer.
 */
public interface ChunkSink {
  /** The largest chunk that a migration batch carries. */
  int MAX_CHUNK_BYTES = 1 << 20;

  /** The smallest buffer an encoder works with. */
  int MIN_CHUNK_BYTES = 1 << 13;

  /** An empty buffer of at least {@link #MIN_CHUNK_BYTES}, to be filled from position 0. */
  ByteBuffer allocate();

  /** Takes a buffer of {@link #allocate} back, flipped; it is the sink's from now on. */
  void take(ByteBuffer chunk);

  /** Chunks in arrays of their own, each of {@code chunkBytes} at most, for whoever keeps them. */
  static ChunkSink ofArrays(int chunkBytes, Consumer<ByteBuffer> taker) {
    return new ChunkSink() {
      @Override
      public ByteBuffer allocate() {
        return ByteBuffer.allocate(chunkBytes);
      }

      @Override
      public void take(ByteBuffer chunk) {
        taker.accept(chunk);
      }
    };
  }
}
