package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.ShortRange;
import net.jqwik.api.constraints.Size;

class BlkifRingProperties {
  private static final long BASE = GuestPage.BASE;

  @Property
  void requestsRoundTripAndTouchTheirSlotOnly(
      @ForAll("requests") BlkifRequest request, @ForAll int index) {
    try (GuestPage page = new GuestPage()) {
      BlkifRing.writeRequest(page.memory, BASE, index, request);

      assertThat(BlkifRing.readRequest(page.view(), 0, index)).isEqualTo(request);
      assertZeroOutside(page, index, BlkifRing.REQUEST_SIZE);
    }
  }

  @Property
  void responsesRoundTripAndTouchTheirSlotOnly(
      @ForAll long id,
      @ForAll @IntRange(max = 255) int op,
      @ForAll @ShortRange short status,
      @ForAll int index) {
    try (GuestPage page = new GuestPage()) {
      BlkifResponse response = new BlkifResponse(id, op, status);
      BlkifRing.writeResponse(page.view(), 0, index, response);

      assertThat(BlkifRing.readResponse(page.memory, BASE, index)).isEqualTo(response);
      assertZeroOutside(page, index, BlkifRing.RESPONSE_SIZE);
    }
  }

  /** Whatever bytes a guest leaves in a slot, they are a request that is safe to look at. */
  @Property
  void anySlotIsARequest(
      @ForAll @Size(value = BlkifRing.REQUEST_SIZE) byte[] slot, @ForAll int index) {
    try (GuestPage page = new GuestPage()) {
      page.memory.write(BlkifRing.slot(BASE, index), slot);
      BlkifRequest request = BlkifRing.readRequest(page.view(), 0, index);

      assertThat(request.op()).isEqualTo(Byte.toUnsignedInt(slot[BlkifRing.REQ_OP]));
      assertThat(request.nrSegments())
          .isEqualTo(Byte.toUnsignedInt(slot[BlkifRing.REQ_NR_SEGMENTS]));
      assertThat(request.segments())
          .hasSize(Math.min(request.nrSegments(), BlkifRing.MAX_SEGMENTS))
          .filteredOn(BlkifSegment::isValid)
          .allSatisfy(segment -> assertThat(segment.sectorCount()).isBetween(1, 8));
    }
  }

  @Example
  void theBytesOfAWriteAreXens() {
    try (GuestPage page = new GuestPage()) {
      BlkifRequest request =
          new BlkifRequest(
              BlkifRing.OP_WRITE,
              0xca00,
              0x1122334455667788L,
              0x99,
              List.of(new BlkifSegment(0x0a0b0c0d, 1, 7)));
      BlkifRing.writeRequest(page.memory, BASE, 33, request);

      byte[] slot = page.memory.read(BASE + 64 + 112, 32);
      assertThat(slot)
          .containsExactly(
              1, 1, 0x00, 0xca, 0, 0, 0, 0, // op, nr_segments, handle, padding
              0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, // id
              0x99, 0, 0, 0, 0, 0, 0, 0, // sector
              0x0d, 0x0c, 0x0b, 0x0a, 1, 7, 0, 0); // segment
    }
  }

  @Provide
  Arbitrary<BlkifRequest> requests() {
    Arbitrary<Integer> bytes = Arbitraries.integers().between(0, 255);
    Arbitrary<List<BlkifSegment>> segments =
        Combinators.combine(Arbitraries.integers(), bytes, bytes)
            .as(BlkifSegment::new)
            .list()
            .ofMaxSize(BlkifRing.MAX_SEGMENTS);
    return Combinators.combine(
            bytes,
            Arbitraries.integers().between(0, 0xffff),
            Arbitraries.longs(),
            Arbitraries.longs(),
            segments)
        .as(BlkifRequest::new);
  }

  private static void assertZeroOutside(GuestPage page, int index, int written) {
    byte[] image = page.image();
    int slot = (int) (BlkifRing.slot(BASE, index) - BASE);
    List<Byte> outside = new ArrayList<>();
    for (int i = 0; i < image.length; i++) {
      if (i < slot || i >= slot + written) {
        outside.add(image[i]);
      }
    }
    assertThat(outside).as("bytes outside the slot").containsOnly((byte) 0);
    assertThat(Arrays.copyOf(image, SharedRing.ENTRIES)).as("indices").containsOnly(0);
    page.assertNeighboursUntouched();
  }
}
