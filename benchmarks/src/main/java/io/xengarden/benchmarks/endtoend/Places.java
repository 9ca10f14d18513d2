package io.xengarden.benchmarks.endtoend;

import java.util.SplittableRandom;

/** Where the operations of a pattern go, the same for every contender. Not for several threads. */
final class Places {
  private static final long SEED = 42;

  private final Pattern pattern;
  private final long blocks;
  private final SplittableRandom random;
  private long next;

  Places(Pattern pattern, long fileBytes, int stream) {
    this.pattern = pattern;
    this.blocks = fileBytes / pattern.blockBytes();
    this.random = new SplittableRandom(SEED + stream);
    this.next = blocks / pattern.depth() * stream;
  }

  /** The next operation's offset in the file. */
  long next() {
    long block = pattern.mode().isRandom() ? random.nextLong(blocks) : next++ % blocks;
    return block * pattern.blockBytes();
  }
}
