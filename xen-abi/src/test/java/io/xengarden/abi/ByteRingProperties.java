package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.machine.Memory;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The console's and xenstore's byte streams, as a queue would carry them, and against liars. */
class ByteRingProperties {
  /** One of the four streams: where its indices lie and how each end is called. */
  private enum Stream {
    CONSOLE_OUT(ConsoleRing.OUT_CONS, ConsoleRing.OUT_PROD, ConsoleRing.OUT_SIZE),
    CONSOLE_IN(ConsoleRing.IN_CONS, ConsoleRing.IN_PROD, ConsoleRing.IN_SIZE),
    REQUESTS(XenstoreRing.REQ_CONS, XenstoreRing.REQ_PROD, XenstoreRing.SIZE),
    RESPONSES(XenstoreRing.RSP_CONS, XenstoreRing.RSP_PROD, XenstoreRing.SIZE);

    private final int cons;
    private final int prod;
    private final int size;

    Stream(int cons, int prod, int size) {
      this.cons = cons;
      this.prod = prod;
      this.size = size;
    }

    int write(Memory memory, long base, byte[] bytes) {
      return switch (this) {
        case CONSOLE_OUT -> ConsoleRing.writeOut(memory, base, bytes, 0, bytes.length);
        case CONSOLE_IN -> ConsoleRing.writeIn(memory, base, bytes, 0, bytes.length);
        case REQUESTS -> XenstoreRing.writeRequest(memory, base, bytes, 0, bytes.length);
        case RESPONSES -> XenstoreRing.writeResponse(memory, base, bytes, 0, bytes.length);
      };
    }

    int read(Memory memory, long base, byte[] bytes) {
      return switch (this) {
        case CONSOLE_OUT -> ConsoleRing.readOut(memory, base, bytes, 0, bytes.length);
        case CONSOLE_IN -> ConsoleRing.readIn(memory, base, bytes, 0, bytes.length);
        case REQUESTS -> XenstoreRing.readRequest(memory, base, bytes, 0, bytes.length);
        case RESPONSES -> XenstoreRing.readResponse(memory, base, bytes, 0, bytes.length);
      };
    }

    int available(Memory memory, long base) {
      return switch (this) {
        case CONSOLE_OUT -> ConsoleRing.outAvailable(memory, base);
        case CONSOLE_IN -> ConsoleRing.inAvailable(memory, base);
        case REQUESTS -> XenstoreRing.requestsAvailable(memory, base);
        case RESPONSES -> XenstoreRing.responsesAvailable(memory, base);
      };
    }
  }

  /** Positive steps write that many bytes, negative ones read; indices start anywhere. */
  @Property(tries = 300)
  void carriesBytesAsAQueueOfItsSizeDoes(
      @ForAll Stream stream,
      @ForAll int start,
      @ForAll @Size(max = 40) List<@IntRange(min = -3000, max = 3000) Integer> steps) {
    try (GuestPage page = new GuestPage()) {
      page.memory.putInt(GuestPage.BASE + stream.cons, start);
      page.memory.putInt(GuestPage.BASE + stream.prod, start);
      Queue<Byte> model = new ArrayDeque<>();
      byte next = 0;
      for (int step : steps) {
        byte[] bytes = new byte[Math.abs(step)];
        if (step >= 0) {
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] = next++;
          }
          int moved = stream.write(page.memory, GuestPage.BASE, bytes);
          assertThat(moved).isEqualTo(Math.min(step, stream.size - model.size()));
          for (int i = 0; i < moved; i++) {
            model.add(bytes[i]);
          }
          next -= (byte) (bytes.length - moved);
        } else {
          int moved = stream.read(page.view(), 0, bytes); // the far side sees the page alone
          assertThat(moved).isEqualTo(Math.min(-step, model.size()));
          for (int i = 0; i < moved; i++) {
            assertThat(bytes[i]).isEqualTo(model.remove());
          }
        }
        assertThat(stream.available(page.memory, GuestPage.BASE)).isEqualTo(model.size());
      }
      page.assertNeighboursUntouched();
    }
  }

  @Property(tries = 500)
  void refusesIndicesThatCannotBeAndChangesNothing(
      @ForAll Stream stream, @ForAll int consumed, @ForAll int excess) {
    try (GuestPage page = new GuestPage()) {
      int ahead = stream.size + 1 + Integer.remainderUnsigned(excess, -stream.size - 1);
      page.memory.putInt(GuestPage.BASE + stream.cons, consumed);
      page.memory.putInt(GuestPage.BASE + stream.prod, consumed + ahead);
      byte[] before = page.image();

      assertThatThrownBy(() -> stream.write(page.memory, GuestPage.BASE, new byte[] {1}))
          .isInstanceOf(RingCorrupt.class);
      assertThatThrownBy(() -> stream.read(page.view(), 0, new byte[10]))
          .isInstanceOf(RingCorrupt.class);
      assertThatThrownBy(() -> stream.available(page.view(), 0)).isInstanceOf(RingCorrupt.class);
      assertThat(page.image()).as("a refusal writes nothing").isEqualTo(before);
    }
  }

  /** Whatever a guest leaves in its page, the daemon gets bytes or RingCorrupt, never a fault. */
  @Property(tries = 300)
  void anyPageGivesBytesOrIsRefused(
      @ForAll Stream stream, @ForAll @Size(value = 4096) byte[] image) {
    try (GuestPage page = new GuestPage()) {
      page.fill(image);
      try {
        int read = stream.read(page.view(), 0, new byte[5000]);
        assertThat(read).isBetween(0, stream.size);
      } catch (RingCorrupt refused) {
        assertThat(page.image()).isEqualTo(image);
      }
      page.assertNeighboursUntouched();
    }
  }
}
