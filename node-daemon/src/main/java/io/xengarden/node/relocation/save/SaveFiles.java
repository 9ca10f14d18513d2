package io.xengarden.node.relocation.save;

import io.xengarden.node.image.ChunkSink;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where save images are: files in production, memory in simulation. All of it may block; every
 * IOException is one line for people that names the file.
 */
public interface SaveFiles {
  /** Begins a file: nothing is seen of it before its commit. */
  Saving create(String file) throws IOException;

  /** Opens a file to be read from its start. */
  Restoring open(String file) throws IOException;

  /** A file being written. Closed without a commit, it leaves nothing. */
  interface Saving extends AutoCloseable {
    /** Takes an encoder's chunks; throws UncheckedIOException. */
    ChunkSink chunks();

    /** Durable, and in its place at once. */
    void commit() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** A file being read. */
  interface Restoring extends AutoCloseable {
    /** Clears the buffer, fills it as far as the file goes and flips it; false at the end. */
    boolean read(ByteBuffer buffer) throws IOException;

    @Override
    void close() throws IOException;
  }
}
