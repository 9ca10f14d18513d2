package io.xengarden.node.relocation.migration;

/**
 * When pre-copy stops, so that it stops at every dirty rate. Source: simple_precopy_policy in Xen's
 * tools/libs/guest/xg_sr_save.c.
 */
final class PrecopyPolicy {
  /** Fewer dirty pages than this go with the guest suspended. */
  static final long TARGET_DIRTY_PAGES = 50;

  /** Rounds at most while the guest runs, the first over all pages included. */
  static final int MAX_ROUNDS = 5;

  private PrecopyPolicy() {}

  /**
   * @param rounds done so far
   * @param dirtyPages now
   */
  static boolean isOver(int rounds, long dirtyPages) {
    return rounds >= MAX_ROUNDS || dirtyPages < TARGET_DIRTY_PAGES;
  }
}
