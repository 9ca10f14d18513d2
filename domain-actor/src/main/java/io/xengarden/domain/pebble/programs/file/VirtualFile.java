package io.xengarden.domain.pebble.programs.file;

import io.xengarden.domain.pebble.kernel.Vcpu;

/**
 * A file of /proc or /sys, whose content is made when it is read.
 *
 * @param xenVersionOp the {@code XENVER_} query whose answer it shows, or -1
 */
record VirtualFile(String path, int xenVersionOp, Content content) {
  static final int NO_QUERY = -1;

  /** Makes the text; {@code answer} is what the query returned, its buffer is at {@code at}. */
  @FunctionalInterface
  interface Content {
    String of(Vcpu v, long answer, long at);
  }
}
