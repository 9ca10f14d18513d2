package io.xengarden.node.image;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;

/** A guest's memory on the heap: what was never put is not there. */
final class SparsePages implements PageSource, PageSink {
  final TreeMap<Long, byte[]> pages = new TreeMap<>();
  final TreeMap<PageType, Integer> types = new TreeMap<>();

  /** Puts a page of noise that the seed decides. */
  SparsePages noise(long gfn, long seed) {
    byte[] content = new byte[Memory.PAGE_SIZE];
    new Random(seed).nextBytes(content);
    pages.put(gfn, content);
    return this;
  }

  SparsePages zeros(long gfn) {
    pages.put(gfn, new byte[Memory.PAGE_SIZE]);
    return this;
  }

  long[] gfns() {
    return pages.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public boolean isPresent(long gfn) {
    return pages.containsKey(gfn);
  }

  @Override
  public ByteBuffer page(long gfn) {
    return ByteBuffer.wrap(pages.get(gfn)).asReadOnlyBuffer();
  }

  @Override
  public ByteBuffer page(long gfn, PageType type) {
    types.merge(type, 1, Integer::sum);
    byte[] content = new byte[Memory.PAGE_SIZE];
    pages.put(gfn, content);
    return ByteBuffer.wrap(content);
  }

  @Override
  public void withoutContent(long gfn, PageType type) {
    types.merge(type, 1, Integer::sum);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SparsePages that
        && Arrays.equals(gfns(), that.gfns())
        && pages.keySet().stream().allMatch(gfn -> Arrays.equals(pages.get(gfn), that.of(gfn)));
  }

  @Override
  public int hashCode() {
    return pages.keySet().hashCode();
  }

  @Override
  public String toString() {
    return "pages " + pages.keySet();
  }

  private byte[] of(long gfn) {
    return pages.get(gfn);
  }
}
