package io.xengarden.node.relocation.migration;

import io.xengarden.machine.Memory;
import io.xengarden.node.image.PageSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * One hash over every page of a guest: SHA-256 of, for each page that is not all zeros, from the
 * lowest, its frame number in eight little-endian bytes and its content. A frame that the guest has
 * not reads as zero.
 */
final class MemoryHash {
  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(Memory.PAGE_SIZE).asReadOnlyBuffer();

  private MemoryHash() {}

  static byte[] of(PageSource pages, long frames) {
    MessageDigest digest = sha256();
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long gfn = 0; gfn < frames; gfn++) {
      if (pages.isPresent(gfn)) {
        ByteBuffer page = pages.page(gfn);
        if (page.mismatch(ZEROS.duplicate()) >= 0) {
          digest.update(number.clear().putLong(gfn).flip());
          digest.update(page);
        }
      }
    }
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
