package io.xengarden.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes behind a virtual block device. Operations are asynchronous and may complete in any
 * order and on any thread; a buffer belongs to the image until its {@link IoDone} is called, once.
 *
 * <p>What was written is durable only after a later flush has completed without failure.
 */
public interface BlockImage {
  /** Bytes, a multiple of 512. */
  long sizeBytes();

  /** Fills {@code target}; the caller keeps {@code offset + remaining} inside the image. */
  void read(long offset, ByteBuffer target, IoDone done);

  /** Writes all of {@code source}; the caller keeps it inside the image. */
  void write(long offset, ByteBuffer source, IoDone done);

  /** Makes every write that completed before this call durable. */
  void flush(IoDone done);

  /** Lets go of the image; operations under way complete first or fail, later ones fail. */
  void close();

  /** How an operation ended. */
  @FunctionalInterface
  interface IoDone {
    /**
     * @param failure what went wrong, or null
     */
    void done(IOException failure);
  }
}
