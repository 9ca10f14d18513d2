package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Positive;
import net.jqwik.api.constraints.Size;

class SharedInfoProperties {
  private static final long BASE = GuestPage.BASE;
  private static final int LAST_PORT = SharedInfo.EVTCHN_2L_PORTS - 1;

  /** Each step sets or clears the pending or mask bit of a port, by its number's low two bits. */
  @Property(tries = 200)
  void pendingAndMaskBitsAreTwoBitSets(
      @ForAll @Size(max = 60) List<@IntRange(max = 4 * LAST_PORT + 3) Integer> steps) {
    try (GuestPage page = new GuestPage()) {
      BitSet pending = new BitSet();
      BitSet masked = new BitSet();
      for (int step : steps) {
        int port = step >> 2;
        boolean before = ((step & 1) == 0 ? pending : masked).get(port);
        boolean said =
            switch (step & 3) {
              case 0 -> SharedInfo.setPending(page.memory, BASE, port);
              case 1 -> SharedInfo.mask(page.memory, BASE, port);
              case 2 -> SharedInfo.clearPending(page.memory, BASE, port);
              default -> SharedInfo.unmask(page.memory, BASE, port);
            };
        ((step & 1) == 0 ? pending : masked).set(port, (step & 2) == 0);
        assertThat(said).as("the bit before").isEqualTo(before);
        assertThat(SharedInfo.isPending(page.memory, BASE, port)).isEqualTo(pending.get(port));
        assertThat(SharedInfo.isMasked(page.memory, BASE, port)).isEqualTo(masked.get(port));
      }
      BitSet inPage = BitSet.valueOf(page.memory.read(BASE + 0x800, 512));
      assertThat(inPage).isEqualTo(pending);
      assertThat(BitSet.valueOf(page.memory.read(BASE + 0xa00, 512))).isEqualTo(masked);
      page.assertNeighboursUntouched();
    }
  }

  @Property
  void aPortThatCannotBeIsRefused(@ForAll int port) {
    if (port >= 0 && port <= LAST_PORT) {
      return;
    }
    try (GuestPage page = new GuestPage()) {
      assertThatThrownBy(() -> SharedInfo.setPending(page.memory, BASE, port))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> SharedInfo.isPending(page.memory, BASE, port))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> SharedInfo.isMasked(page.memory, BASE, port))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(page.image()).containsOnly(0);
    }
  }

  /** The product has 96 bits; the difference and the result are unsigned 64-bit words. */
  @Property
  void systemTimeIsExactOver96Bits(
      @ForAll @IntRange(min = -31, max = 31) int shift,
      @ForAll int mul,
      @ForAll long delta,
      @ForAll @LongRange(min = 0, max = 1L << 50) long systemTime) {
    BigInteger word = BigInteger.ONE.shiftLeft(64);
    BigInteger scaled = BigInteger.valueOf(delta).mod(word).shiftLeft(shift).mod(word);
    BigInteger expected =
        scaled
            .multiply(BigInteger.valueOf(Integer.toUnsignedLong(mul)))
            .shiftRight(32)
            .add(BigInteger.valueOf(systemTime));

    long at = new SharedInfo.TimeInfo(1000, systemTime, mul, shift).at(1000 + delta);
    assertThat(at).isEqualTo(expected.longValue());
  }

  @Property
  void aNanosecondTscCountsNanoseconds(
      @ForAll @Positive long tsc, @ForAll @LongRange(min = 0, max = 1L << 60) long later) {
    assertThat(SharedInfo.TimeInfo.nanosecondTsc(tsc, 42).at(tsc + later)).isEqualTo(42 + later);
  }

  @Property
  void theClockRoundTrips(
      @ForAll @IntRange(max = 31) int vcpu,
      @ForAll long tsc,
      @ForAll long systemTime,
      @ForAll int mul,
      @ForAll byte shift) {
    try (GuestPage page = new GuestPage()) {
      var time = new SharedInfo.TimeInfo(tsc, systemTime, mul, shift);
      SharedInfo.writeTime(page.memory, BASE, vcpu, time);

      assertThat(SharedInfo.readTime(page.memory, BASE, vcpu)).isEqualTo(time);
      long version = SharedInfo.vcpuInfo(BASE, vcpu) + 32;
      assertThat(page.memory.getInt(version)).as("even, and moved on").isEqualTo(2);
      SharedInfo.writeTime(page.memory, BASE, vcpu, time);
      assertThat(page.memory.getInt(version)).isEqualTo(4);
    }
  }

  @Example
  void aGuestThatSpoilsItsVersionGetsATimeAndNoHang() {
    try (GuestPage page = new GuestPage()) {
      SharedInfo.writeTime(page.memory, BASE, 0, SharedInfo.TimeInfo.nanosecondTsc(0, 7));
      page.memory.putInt(BASE + 32, 0xffff_ffff);
      assertThat(SharedInfo.readSystemTime(page.memory, BASE, 0, 3)).isEqualTo(10);

      SharedInfo.writeTime(page.memory, BASE, 0, SharedInfo.TimeInfo.nanosecondTsc(0, 8));
      assertThat(page.memory.getInt(BASE + 32) & 1).as("Xen makes it even again").isZero();
    }
  }

  @Property
  void theWallClockRoundTripsPastTheYear2106(
      @ForAll @LongRange(min = 0, max = 1L << 40) long seconds,
      @ForAll @IntRange(max = 999_999_999) int nanos) {
    try (GuestPage page = new GuestPage()) {
      var wallclock = new SharedInfo.Wallclock(seconds, nanos);
      SharedInfo.writeWallclock(page.memory, BASE, wallclock);

      assertThat(SharedInfo.readWallclock(page.memory, BASE)).isEqualTo(wallclock);
      assertThat(page.memory.getInt(BASE + 0xc04)).isEqualTo((int) seconds);
    }
  }

  @Example
  void upcallsOfOneVcpuAreNotAnothers() {
    try (GuestPage page = new GuestPage()) {
      SharedInfo.setUpcallPending(page.memory, BASE, 31);
      SharedInfo.maskUpcalls(page.memory, BASE, 30);
      SharedInfo.setPendingSel(page.memory, BASE, 31, 63);

      assertThat(page.memory.getByte(BASE + 31 * 64)).isEqualTo((byte) 1);
      assertThat(page.memory.getByte(BASE + 30 * 64 + 1)).isEqualTo((byte) 1);
      assertThat(SharedInfo.isUpcallPending(page.memory, BASE, 30)).isFalse();
      assertThat(SharedInfo.isUpcallMasked(page.memory, BASE, 31)).isFalse();
      assertThat(SharedInfo.takePendingSel(page.memory, BASE, 31)).isEqualTo(1L << 63);
      assertThat(SharedInfo.takePendingSel(page.memory, BASE, 31)).as("taken").isZero();
    }
  }
}
