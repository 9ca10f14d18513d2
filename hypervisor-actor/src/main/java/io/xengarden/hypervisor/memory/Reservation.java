package io.xengarden.hypervisor.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The RAM frames of one domain by guest frame, as the hypervisor gave them: its own record, so that
 * it never has to believe a guest's map when it takes frames back.
 */
public final class Reservation {
  private final TreeMap<Long, Extent> byGfn = new TreeMap<>();
  private long pages;

  public long pages() {
    return pages;
  }

  /** Whether none of these guest frames has RAM. */
  public boolean isFree(long gfn, long count) {
    Map.Entry<Long, Extent> last = byGfn.lowerEntry(gfn + count);
    return last == null || last.getKey() + last.getValue().count() <= gfn;
  }

  /** Puts frames behind guest frames that have none. */
  public void add(long gfn, Extent extent) {
    if (!isFree(gfn, extent.count())) {
      throw new IllegalArgumentException("guest frame " + gfn + " has RAM already");
    }
    byGfn.put(gfn, extent);
    pages += extent.count();
  }

  /** Takes away the frames behind these guest frames, as far as there are any. */
  public List<Extent> remove(long gfn, long count) {
    List<Extent> removed = new ArrayList<>();
    Map.Entry<Long, Extent> before = byGfn.lowerEntry(gfn);
    long from = before == null ? gfn : before.getKey();
    for (Map.Entry<Long, Extent> entry : List.copyOf(byGfn.subMap(from, gfn + count).entrySet())) {
      cut(entry.getKey(), entry.getValue(), gfn, gfn + count, removed);
    }
    return removed;
  }

  private void cut(long start, Extent extent, long from, long to, List<Extent> removed) {
    long end = start + extent.count();
    long first = Math.max(start, from);
    long last = Math.min(end, to);
    if (first >= last) {
      return;
    }
    byGfn.remove(start);
    if (start < first) {
      byGfn.put(start, new Extent(extent.mfn(), first - start));
    }
    if (last < end) {
      byGfn.put(last, new Extent(extent.mfn() + (last - start), end - last));
    }
    removed.add(new Extent(extent.mfn() + (first - start), last - first));
    pages -= last - first;
  }

  /** Each extent with its first guest frame, lowest first. */
  public void forEach(BiConsumer<Long, Extent> visitor) {
    byGfn.forEach(visitor);
  }

  /** Takes away everything. */
  public List<Extent> removeAll() {
    List<Extent> removed = List.copyOf(byGfn.values());
    byGfn.clear();
    pages = 0;
    return removed;
  }
}
