package io.xengarden.storage;

import java.io.IOException;

/** Where block images are found: files in production, memory in simulation. */
public interface BlockImages {
  enum Access {
    READ_ONLY,
    READ_WRITE
  }

  /**
   * Opens an image. Answers once, on any thread.
   *
   * @param target as the disk specification names it: an absolute path
   */
  void open(String target, Access access, OpenDone done);

  /** How an opening ended: exactly one of the two is called. */
  interface OpenDone {
    void opened(BlockImage image);

    void failed(IOException failure);
  }
}
