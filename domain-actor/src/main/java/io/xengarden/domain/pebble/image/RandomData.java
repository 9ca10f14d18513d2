package io.xengarden.domain.pebble.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Incompressible data from a seed: splitmix64. */
public final class RandomData {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long GAMMA = 0x9e37_79b9_7f4a_7c15L;

  private RandomData() {}

  /** Fills from {@code offset} to the end, a multiple of eight bytes. */
  public static void fill(byte[] target, int offset, long seed) {
    long state = seed;
    for (int at = offset; at < target.length; at += Long.BYTES) {
      state += GAMMA;
      LONG.set(target, at, mix(state));
    }
  }

  public static long mix(long value) {
    long z = value;
    z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
    return z ^ z >>> 31;
  }
}
