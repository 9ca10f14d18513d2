package io.xengarden.storage.sim;

import java.nio.ByteBuffer;
import java.util.TreeMap;

/** Bytes from 0 on, zero until written; takes memory for what was written, in blocks. */
final class SparseBytes {
  private static final int BLOCK = 4096;

  private final TreeMap<Long, byte[]> blocks = new TreeMap<>();

  void read(long offset, ByteBuffer target) {
    long at = offset;
    while (target.hasRemaining()) {
      int inBlock = (int) (at % BLOCK);
      int count = Math.min(target.remaining(), BLOCK - inBlock);
      byte[] block = blocks.get(at / BLOCK);
      target.put(block == null ? new byte[BLOCK] : block, inBlock, count);
      at += count;
    }
  }

  void write(long offset, byte[] source) {
    for (int done = 0; done < source.length; ) {
      long at = offset + done;
      int inBlock = (int) (at % BLOCK);
      int count = Math.min(source.length - done, BLOCK - inBlock);
      byte[] block = blocks.computeIfAbsent(at / BLOCK, _ -> new byte[BLOCK]);
      System.arraycopy(source, done, block, inBlock, count);
      done += count;
    }
  }

  void set(SparseBytes other) {
    blocks.clear();
    other.blocks.forEach((number, block) -> blocks.put(number, block.clone()));
  }
}
