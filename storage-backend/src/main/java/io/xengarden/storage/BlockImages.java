package io.xengarden.storage;

import io.xengarden.storage.BlockImage.IoDone;
import java.io.IOException;

/** Where block images are found: files in production, memory in simulation. */
public interface BlockImages {
  enum Access {
    READ_ONLY,
    READ_WRITE
  }

  /**
   * Whether an image could be opened now, for a toolstack that wants to know before a guest runs.
   * Nothing stays open. Answers once, on any thread.
   *
   * @param done gets what an opening would have failed with: one line that names the target
   */
  void check(String target, Access access, IoDone done);

  /**
   * Opens an image. Answers once, on any thread.
   *
   * @param target as the disk specification names it: an absolute path
   */
  void open(String target, Access access, OpenDone done);

  /** How an opening ended: exactly one of the two is called. */
  interface OpenDone {
    void opened(BlockImage image);

    /**
     * @param failure one line that names the target and what is wrong with it
     */
    void failed(IOException failure);
  }
}
