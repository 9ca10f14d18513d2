package io.xengarden.domain.pebble.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ExtentsProperties {
  private static final int RAM = 200;

  private record Extent(int gfn, int count) {}

  private static Extents extents(HostMemory host) {
    GuestMemory memory = new GuestMemory(host);
    memory.map(0, 0, 1);
    return new Extents(memory);
  }

  /** Positive numbers allocate so many pages, others free an earlier allocation. */
  @Property(tries = 300)
  void neverGivesAPageTwiceAndLosesNone(
      @ForAll @Size(max = 120) List<@IntRange(min = -20, max = 40) Integer> script) {
    try (HostMemory host = HostMemory.ofFrames(1)) {
      Extents extents = extents(host);
      BitSet inUse = new BitSet();
      List<Extent> held = new ArrayList<>();
      for (int word : script) {
        if (word > 0) {
          int gfn = (int) extents.allocate(word, RAM);
          if (gfn >= 0) {
            assertThat(gfn + word).isLessThanOrEqualTo(RAM);
            assertThat(inUse.get(gfn, gfn + word).isEmpty()).as("free before").isTrue();
            inUse.set(gfn, gfn + word);
            held.add(new Extent(gfn, word));
          }
        } else if (!held.isEmpty()) {
          Extent extent = held.remove(-word % held.size());
          assertThat(extents.free(extent.gfn(), extent.count())).isTrue();
          inUse.clear(extent.gfn(), extent.gfn() + extent.count());
        }
        assertThat(extents.pagesInUse()).isEqualTo(inUse.cardinality());
      }
    }
  }

  @Example
  void findsTheFirstGapThatIsLargeEnough() {
    try (HostMemory host = HostMemory.ofFrames(1)) {
      Extents extents = extents(host);
      assertThat(extents.reserve(0, 10)).isTrue();
      assertThat(extents.reserve(12, 10)).isTrue();
      assertThat(extents.allocate(3, RAM)).isEqualTo(22);
      assertThat(extents.allocate(2, RAM)).isEqualTo(10);
      assertThat(extents.allocate(RAM, RAM)).isEqualTo(-1);
      assertThat(extents.allocate(RAM - 25, RAM)).isEqualTo(25);
      assertThat(extents.allocate(1, RAM)).isEqualTo(-1);
    }
  }

  @Example
  void refusesWhatWouldNotFitTheTable() {
    try (HostMemory host = HostMemory.ofFrames(1)) {
      Extents extents = extents(host);
      for (int i = 0; i < Layout.EXTENT_COUNT; i++) {
        assertThat(extents.reserve(2L * i, 1)).isTrue();
      }
      assertThat(extents.reserve(1000, 1)).as("another hole").isFalse();
      assertThat(extents.allocate(1, RAM)).as("fills a hole").isEqualTo(1);
    }
  }

  @Example
  void refusesToFreeWhatIsFree() {
    try (HostMemory host = HostMemory.ofFrames(1)) {
      Extents extents = extents(host);
      extents.reserve(5, 2);
      assertThatThrownBy(() -> extents.free(6, 2)).isInstanceOf(IllegalStateException.class);
    }
  }
}
