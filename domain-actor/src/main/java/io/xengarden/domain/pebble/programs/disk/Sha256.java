package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.domain.pebble.image.Printf;

/**
 * SHA-256 (FIPS 180-4) over whole blocks, its state an array of eight words that the caller keeps
 * wherever it likes.
 */
final class Sha256 {
  static final int BLOCK = 64;
  static final int WORDS = 8;

  private static final int ROUNDS = 64;

  private static final int[] START = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  };

  /** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
  private static final int[] K = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
  };

  private Sha256() {}

  static int[] start() {
    return START.clone();
  }

  /** Takes in {@code length} bytes, a multiple of the block size. */
  static void update(int[] state, byte[] bytes, int offset, int length) {
    int[] schedule = new int[ROUNDS];
    for (int at = offset; at < offset + length; at += BLOCK) {
      block(state, bytes, at, schedule);
    }
  }

  /** Takes in the last bytes of {@code total} and returns the digest in hexadecimal. */
  static String finish(int[] state, byte[] bytes, int offset, long total) {
    int rest = bytes.length - offset;
    int padded = (rest + 1 + Long.BYTES + BLOCK - 1) / BLOCK * BLOCK;
    byte[] last = new byte[padded];
    System.arraycopy(bytes, offset, last, 0, rest);
    last[rest] = (byte) 0x80;
    for (int i = 0; i < Long.BYTES; i++) {
      last[padded - 1 - i] = (byte) (total * Byte.SIZE >>> i * Byte.SIZE);
    }
    update(state, last, 0, padded);
    StringBuilder hex = new StringBuilder();
    for (int word : state) {
      hex.append(Printf.text("%08x", word));
    }
    return hex.toString();
  }

  private static void block(int[] state, byte[] bytes, int at, int[] w) {
    for (int t = 0; t < 16; t++) {
      int i = at + 4 * t;
      w[t] =
          bytes[i] << 24
              | (bytes[i + 1] & 0xff) << 16
              | (bytes[i + 2] & 0xff) << 8
              | bytes[i + 3] & 0xff;
    }
    for (int t = 16; t < ROUNDS; t++) {
      int x = w[t - 15];
      int y = w[t - 2];
      int small0 = Integer.rotateRight(x, 7) ^ Integer.rotateRight(x, 18) ^ x >>> 3;
      int small1 = Integer.rotateRight(y, 17) ^ Integer.rotateRight(y, 19) ^ y >>> 10;
      w[t] = w[t - 16] + small0 + w[t - 7] + small1;
    }
    rounds(state, w);
  }

  private static void rounds(int[] state, int[] w) {
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    int e = state[4];
    int f = state[5];
    int g = state[6];
    int h = state[7];
    for (int t = 0; t < ROUNDS; t++) {
      int big1 =
          Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
      int t1 = h + big1 + (e & f ^ ~e & g) + K[t] + w[t];
      int big0 =
          Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22);
      int t2 = big0 + (a & b ^ a & c ^ b & c);
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}
