package io.xengarden.benchmarks.endtoend;

import java.util.List;

/**
 * How a disk is used.
 *
 * @param depth operations under way at a time
 */
record Pattern(Mode mode, int depth, int blockBytes) {
  static final int SMALL = 4096;
  static final int LARGE = 64 << 10;

  /** What the module's README promises figures of. */
  static final List<Pattern> ALL =
      List.of(
          new Pattern(Mode.RANDREAD, 1, SMALL),
          new Pattern(Mode.RANDREAD, 32, SMALL),
          new Pattern(Mode.RANDWRITE, 1, SMALL),
          new Pattern(Mode.RANDWRITE, 32, SMALL),
          new Pattern(Mode.READ, 32, LARGE),
          new Pattern(Mode.WRITE, 32, LARGE));

  /** As Pebble's diskbench names them. */
  enum Mode {
    RANDREAD,
    RANDWRITE,
    READ,
    WRITE;

    boolean reads() {
      return this == RANDREAD || this == READ;
    }

    boolean isRandom() {
      return this == RANDREAD || this == RANDWRITE;
    }

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  @Override
  public String toString() {
    String kind = mode.isRandom() ? "random " : "sequential ";
    String what = mode.reads() ? "read" : "write";
    return blockBytes / 1024 + " KiB " + kind + what + ", depth " + depth;
  }
}
