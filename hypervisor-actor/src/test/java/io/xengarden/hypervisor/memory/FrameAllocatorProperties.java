package io.xengarden.hypervisor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.Memory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The allocator against a bitmap. */
class FrameAllocatorProperties {
  private static final int FRAMES = 64;

  /** Each step allocates that many frames, or, when negative, frees one of the allocations. */
  @Property(tries = 300)
  void handsOutEachFrameOnceAndTakesAllBack(
      @ForAll @Size(max = 60) List<@IntRange(min = -20, max = 30) Integer> steps) {
    try (HostMemory host = HostMemory.ofFrames(FRAMES)) {
      FrameAllocator allocator = new FrameAllocator(host);
      BitSet used = new BitSet();
      List<List<Extent>> live = new ArrayList<>();
      for (int step : steps) {
        if (step > 0) {
          allocate(allocator, host, step, used, live);
        } else if (!live.isEmpty()) {
          for (Extent extent : live.remove(-step % live.size())) {
            allocator.free(extent);
            used.clear((int) extent.mfn(), (int) extent.end());
          }
        }
        assertThat(allocator.freeFrames()).isEqualTo(FRAMES - used.cardinality());
        assertFreeExtentsAreTheGapsOf(used, allocator);
      }
      live.forEach(extents -> extents.forEach(allocator::free));
      assertThat(allocator.freeExtents()).containsExactly(new Extent(0, FRAMES));
    }
  }

  private static void allocate(
      FrameAllocator allocator, HostMemory host, int count, BitSet used, List<List<Extent>> live) {
    int firstFit = firstRun(used, count);
    Optional<List<Extent>> allocated = allocator.allocate(count);
    if (count > FRAMES - used.cardinality()) {
      assertThat(allocated).as("more than there is").isEmpty();
      return;
    }
    List<Extent> extents = allocated.orElseThrow();
    assertThat(extents.stream().mapToLong(Extent::count).sum()).isEqualTo(count);
    if (firstFit >= 0) {
      assertThat(extents).as("one extent fits").containsExactly(new Extent(firstFit, count));
    }
    for (Extent extent : extents) {
      assertThat(used.get((int) extent.mfn(), (int) extent.end()).isEmpty()).as("free").isTrue();
      used.set((int) extent.mfn(), (int) extent.end());
      assertReadsZeroThenScribble(host, extent);
    }
    live.add(extents);
  }

  private static int firstRun(BitSet used, int count) {
    for (int start = used.nextClearBit(0); start + count <= FRAMES; start++) {
      if (used.get(start, start + count).isEmpty()) {
        return start;
      }
    }
    return -1;
  }

  private static void assertReadsZeroThenScribble(HostMemory host, Extent extent) {
    GuestMemory view = new GuestMemory(host);
    view.map(0, extent.mfn(), extent.count());
    for (long page = 0; page < extent.count(); page++) {
      assertThat(view.getLong(page * Memory.PAGE_SIZE)).as("scrubbed").isZero();
      view.putLong(page * Memory.PAGE_SIZE, -1);
    }
  }

  private static void assertFreeExtentsAreTheGapsOf(BitSet used, FrameAllocator allocator) {
    List<Extent> gaps = new ArrayList<>();
    for (int start = used.nextClearBit(0); start < FRAMES; ) {
      int end = used.nextSetBit(start);
      end = end < 0 ? FRAMES : end;
      gaps.add(new Extent(start, end - start));
      start = used.nextClearBit(end);
    }
    assertThat(allocator.freeExtents()).as("merged").isEqualTo(gaps);
  }

  @Property(tries = 50)
  void refusesToFreeWhatIsFree(
      @ForAll @IntRange(max = FRAMES) int mfn, @ForAll @IntRange(min = 1, max = 80) int count) {
    try (HostMemory host = HostMemory.ofFrames(FRAMES)) {
      FrameAllocator allocator = new FrameAllocator(host);
      allocator.allocate(FRAMES / 2).orElseThrow();
      boolean allocated = mfn + count <= FRAMES / 2;
      Extent extent = new Extent(mfn, count);
      if (allocated) {
        allocator.free(extent);
      } else {
        assertThatThrownBy(() -> allocator.free(extent))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThat(allocator.freeFrames()).isEqualTo(FRAMES / 2 + (allocated ? count : 0));
    }
  }
}
