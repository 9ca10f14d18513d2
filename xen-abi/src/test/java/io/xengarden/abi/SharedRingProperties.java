package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.machine.Memory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SharedRingProperties {
  private static final long BASE = GuestPage.BASE;

  /** The event is wanted exactly when its index is among the new ones. */
  @Property
  void notifiesWhenTheAwaitedIndexIsPublished(
      @ForAll int oldProd,
      @ForAll @IntRange(max = 256) int count,
      @ForAll @IntRange(min = -300, max = 300) int eventFromOld) {
    try (GuestPage page = new GuestPage()) {
      int newProd = oldProd + count;
      boolean awaited = eventFromOld >= 1 && eventFromOld <= count;
      page.memory.putInt(BASE + SharedRing.REQ_EVENT, oldProd + eventFromOld);
      page.memory.putInt(BASE + SharedRing.RSP_EVENT, oldProd + eventFromOld);

      assertThat(FrontRing.pushRequests(page.memory, BASE, oldProd, newProd)).isEqualTo(awaited);
      assertThat(BackRing.pushResponses(page.view(), 0, oldProd, newProd)).isEqualTo(awaited);
      assertThat(BackRing.requestsProduced(page.view(), 0)).isEqualTo(newProd);
      assertThat(FrontRing.responsesProduced(page.memory, BASE)).isEqualTo(newProd);
    }
  }

  @Property
  void countsWhatIsUnconsumedUpToTheLimit(
      @ForAll int consumed,
      @ForAll @IntRange(max = 256) int limit,
      @ForAll @IntRange(min = -600, max = 600) int ahead) {
    try (GuestPage page = new GuestPage()) {
      page.memory.putInt(BASE + SharedRing.REQ_PROD, consumed + ahead);
      page.memory.putInt(BASE + SharedRing.RSP_PROD, consumed + ahead);
      if (ahead >= 0 && ahead <= limit) {
        assertThat(BackRing.unconsumedRequests(page.view(), 0, consumed, limit)).isEqualTo(ahead);
        assertThat(FrontRing.unconsumedResponses(page.memory, BASE, consumed, limit))
            .isEqualTo(ahead);
      } else {
        assertThatThrownBy(() -> BackRing.unconsumedRequests(page.view(), 0, consumed, limit))
            .isInstanceOf(RingCorrupt.class);
        assertThatThrownBy(() -> FrontRing.unconsumedResponses(page.memory, BASE, consumed, limit))
            .isInstanceOf(RingCorrupt.class);
      }
    }
  }

  @Property
  void everyIndexHasASlotInsideThePage(
      @ForAll int index, @ForAll @IntRange(min = 4, max = 512) int entrySize) {
    int slots = SharedRing.slots(entrySize);
    long slot = SharedRing.slot(BASE, index, slots, entrySize);

    assertThat(slot).isBetween(BASE + SharedRing.ENTRIES, 2 * BASE - entrySize);
    assertThat(SharedRing.slot(BASE, index + slots, slots, entrySize)).isEqualTo(slot);
    assertThat(SharedRing.slot(BASE, index + 1, slots, entrySize)).isNotEqualTo(slot);
  }

  /** A backend that meets any page at all gets a bounded count or RingCorrupt. */
  @Property
  void anyPageIsCountedOrRefused(@ForAll @Size(value = 16) byte[] indices, @ForAll int consumed) {
    try (GuestPage page = new GuestPage()) {
      page.memory.write(BASE, indices);
      try {
        int count = BackRing.unconsumedRequests(page.view(), 0, consumed, BlkifRing.SLOTS);
        assertThat(count).isBetween(0, BlkifRing.SLOTS);
      } catch (RingCorrupt refused) {
        assertThat(page.memory.read(BASE, 16)).isEqualTo(indices);
        assertThat(BackRing.finalCheckForRequests(page.view(), 0, consumed))
            .as("a corrupt ring never looks idle")
            .isTrue();
      }
      byte[] entries = page.memory.read(BASE + 16, Memory.PAGE_SIZE - 16);
      assertThat(entries).containsOnly(0);
    }
  }
}
