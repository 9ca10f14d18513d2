package io.xengarden.hypervisor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** A reservation against a map from guest frame to host frame. */
class ReservationProperties {

  record Step(boolean add, int gfn, int count) {}

  @Property(tries = 500)
  void givesBackExactlyTheFramesBehindTheRange(
      @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 2 * 32 * 16 - 1) Integer> codes) {
    Reservation reservation = new Reservation();
    TreeMap<Long, Long> model = new TreeMap<>();
    long nextMfn = 1000;
    for (int code : codes) {
      Step step = new Step(code % 2 == 0, code / 2 % 32, 1 + code / 64);
      Map<Long, Long> range = model.subMap((long) step.gfn(), (long) step.gfn() + step.count());
      assertThat(reservation.isFree(step.gfn(), step.count())).isEqualTo(range.isEmpty());
      if (!step.add()) {
        List<Long> removed =
            reservation.remove(step.gfn(), step.count()).stream()
                .flatMap(extent -> frames(extent).stream())
                .toList();
        assertThat(removed).containsExactlyElementsOf(range.values());
        range.clear();
      } else if (range.isEmpty()) {
        reservation.add(step.gfn(), new Extent(nextMfn, step.count()));
        for (int i = 0; i < step.count(); i++) {
          model.put((long) step.gfn() + i, nextMfn + i);
        }
        nextMfn += step.count() + (code % 3 == 0 ? 0 : 5);
      }
      assertThat(reservation.pages()).isEqualTo(model.size());
    }
    assertThat(reservation.removeAll().stream().flatMap(extent -> frames(extent).stream()))
        .containsExactlyElementsOf(model.values());
    assertThat(reservation.pages()).isZero();
  }

  private static List<Long> frames(Extent extent) {
    return java.util.stream.LongStream.range(extent.mfn(), extent.end()).boxed().toList();
  }
}
