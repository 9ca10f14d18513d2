package io.xengarden.hypervisor.memory;

/**
 * Host frames that lie one after the other.
 *
 * @param mfn the first
 * @param count how many, at least 1
 */
public record Extent(long mfn, long count) {
  public Extent {
    if (mfn < 0 || count <= 0) {
      throw new IllegalArgumentException("extent " + mfn + "+" + count);
    }
  }

  /** The first frame behind it. */
  public long end() {
    return mfn + count;
  }

  public boolean contains(long frame) {
    return frame >= mfn && frame < end();
  }
}
