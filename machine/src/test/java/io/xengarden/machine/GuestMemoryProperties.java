package io.xengarden.machine;

import static io.xengarden.machine.Memory.PAGE_SHIFT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** The extents beside the simplest thing that could be right: a map from gfn to mfn. */
class GuestMemoryProperties {
  private static final int FRAMES = 48;
  private static final HostMemory HOST = HostMemory.ofFrames(FRAMES);

  sealed interface Step {
    record MapFrames(long gfn, long mfn, long count) implements Step {}

    record UnmapFrames(long gfn, long count) implements Step {}
  }

  @AfterContainer
  static void close() {
    HOST.close();
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Long> frames = Arbitraries.longs().between(0, FRAMES);
    Arbitrary<Long> counts = Arbitraries.longs().between(0, 12);
    Arbitrary<Step> maps = Combinators.combine(frames, frames, counts).as(Step.MapFrames::new);
    Arbitrary<Step> unmaps = Combinators.combine(frames, counts).as(Step.UnmapFrames::new);
    return Arbitraries.oneOf(maps, unmaps).list().ofMaxSize(40);
  }

  @Property
  void extentsAreTheMap(@ForAll("steps") List<Step> steps) {
    GuestMemory memory = new GuestMemory(HOST);
    TreeMap<Long, Long> model = new TreeMap<>();
    for (Step step : steps) {
      boolean legal = applyToModel(model, step);
      assertThat(applied(memory, step)).as("%s is legal", step).isEqualTo(legal);
      assertSame(memory, model);
    }
  }

  private static boolean applyToModel(Map<Long, Long> model, Step step) {
    switch (step) {
      case Step.MapFrames(var gfn, var mfn, var count) -> {
        if (count == 0 || mfn + count > FRAMES || anyMapped(model, gfn, count)) {
          return false;
        }
        for (long i = 0; i < count; i++) {
          model.put(gfn + i, mfn + i);
        }
      }
      case Step.UnmapFrames(var gfn, var count) -> {
        if (count == 0) {
          return false;
        }
        for (long i = 0; i < count; i++) {
          model.remove(gfn + i);
        }
      }
    }
    return true;
  }

  private static boolean anyMapped(Map<Long, Long> model, long gfn, long count) {
    for (long i = 0; i < count; i++) {
      if (model.containsKey(gfn + i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean applied(GuestMemory memory, Step step) {
    try {
      switch (step) {
        case Step.MapFrames(var gfn, var mfn, var count) -> memory.map(gfn, mfn, count);
        case Step.UnmapFrames(var gfn, var count) -> memory.unmap(gfn, count);
      }
      return true;
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }

  private static void assertSame(GuestMemory memory, TreeMap<Long, Long> model) {
    for (long gfn = -1; gfn < FRAMES + 14; gfn++) {
      assertThat(memory.mfn(gfn)).as("gfn %d", gfn).isEqualTo(model.getOrDefault(gfn, -1L));
      assertThat(memory.isMapped(gfn)).isEqualTo(model.containsKey(gfn));
    }
    long end = model.isEmpty() ? 0 : model.lastKey() + 1;
    assertThat(memory.size()).isEqualTo(end << PAGE_SHIFT);
  }

  /** What is written at a guest frame is found at its host frame, whatever the extents. */
  @Property(tries = 200)
  void bytesLieInTheirHostFrame(@ForAll("steps") List<Step> steps) {
    HOST.release(0, FRAMES);
    GuestMemory memory = new GuestMemory(HOST);
    GuestMemory flat = new GuestMemory(HOST);
    flat.map(0, 0, FRAMES);
    steps.forEach(step -> applied(memory, step));
    for (long gfn = 0; gfn < FRAMES + 14; gfn++) {
      if (memory.isMapped(gfn)) {
        memory.putLong((gfn << PAGE_SHIFT) + 8, gfn + 1);
        assertThat(flat.getLong((memory.mfn(gfn) << PAGE_SHIFT) + 8)).isEqualTo(gfn + 1);
        assertThat(memory.page(gfn, false).getLong(8)).isEqualTo(gfn + 1);
      }
    }
  }
}
