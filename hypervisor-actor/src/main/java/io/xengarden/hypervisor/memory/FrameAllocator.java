package io.xengarden.hypervisor.memory;

import io.xengarden.machine.HostMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The free frames of a host. An allocation is the first free extent that is long enough; when there
 * is none, the lowest free extents together. What is freed joins its free neighbours, and its bytes
 * are given back to the machine below.
 */
public final class FrameAllocator {
  private final HostMemory host;
  private final TreeMap<Long, Long> free = new TreeMap<>();
  private long freeFrames;

  public FrameAllocator(HostMemory host) {
    this.host = host;
    free.put(0L, host.frameCount());
    freeFrames = host.frameCount();
  }

  public long totalFrames() {
    return host.frameCount();
  }

  public long freeFrames() {
    return freeFrames;
  }

  /** Exactly {@code count} frames, in as few extents as first fit finds, or nothing at all. */
  public Optional<List<Extent>> allocate(long count) {
    if (count <= 0) {
      throw new IllegalArgumentException("frames " + count);
    }
    if (count > freeFrames) {
      return Optional.empty();
    }
    for (Map.Entry<Long, Long> extent : free.entrySet()) {
      if (extent.getValue() >= count) {
        return Optional.of(List.of(takeFirst(extent.getKey(), count)));
      }
    }
    List<Extent> taken = new ArrayList<>();
    for (long missing = count; missing > 0; ) {
      Map.Entry<Long, Long> lowest = free.firstEntry();
      Extent extent = takeFirst(lowest.getKey(), Math.min(missing, lowest.getValue()));
      taken.add(extent);
      missing -= extent.count();
    }
    return Optional.of(taken);
  }

  private Extent takeFirst(long mfn, long count) {
    long length = free.remove(mfn);
    if (length > count) {
      free.put(mfn + count, length - count);
    }
    freeFrames -= count;
    return new Extent(mfn, count);
  }

  /**
   * Takes frames back; they read as zero when they are handed out again.
   *
   * @throws IllegalArgumentException if one of them is not of this host or free already
   */
  public void free(Extent extent) {
    Map.Entry<Long, Long> before = free.floorEntry(extent.mfn());
    Map.Entry<Long, Long> after = free.higherEntry(extent.mfn());
    boolean overlaps =
        (before != null && before.getKey() + before.getValue() > extent.mfn())
            || (after != null && extent.end() > after.getKey());
    if (overlaps || extent.end() > host.frameCount()) {
      throw new IllegalArgumentException(extent + " is not allocated");
    }
    host.release(extent.mfn(), extent.count());
    join(extent, before, after);
    freeFrames += extent.count();
  }

  private void join(Extent extent, Map.Entry<Long, Long> before, Map.Entry<Long, Long> after) {
    long start = extent.mfn();
    long end = extent.end();
    if (before != null && before.getKey() + before.getValue() == start) {
      start = before.getKey();
    }
    if (after != null && after.getKey() == end) {
      end += after.getValue();
      free.remove(after.getKey());
    }
    free.put(start, end - start);
  }

  /** Free extents, lowest first; for tests and for looking at fragmentation. */
  public List<Extent> freeExtents() {
    return free.entrySet().stream().map(e -> new Extent(e.getKey(), e.getValue())).toList();
  }
}
