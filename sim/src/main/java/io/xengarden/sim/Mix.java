package io.xengarden.sim;

/** The 64-bit finalizer of MurmurHash3: every bit of the input moves every bit of the output. */
final class Mix {
  private Mix() {}

  static long mix(long value) {
    long mixed = value;
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
