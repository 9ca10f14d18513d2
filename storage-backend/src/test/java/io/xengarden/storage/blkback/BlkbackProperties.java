package io.xengarden.storage.blkback;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.BlkifRequest;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.BlkifSegment;
import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.abi.SharedRing;
import io.xengarden.machine.Memory;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.storage.guest.GuestRam;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

/** A guest that writes whatever it likes, whenever it likes. */
class BlkbackProperties {
  private static final int FIRST_REF = 100;
  private static final int REFS = 24;

  /** More than an honest guest can keep a backend busy with one ring. */
  private static final int MOST_TURNS = 1_000;

  /** An entry of the grant table, as the guest writes it. */
  record Grant(int flags, int domid, int gfn) {}

  @Provide
  Arbitrary<Grant> grants() {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.of(1)),
                Tuple.of(2, Arbitraries.of(1 | GrantEntry.READONLY)),
                Tuple.of(1, Arbitraries.integers().between(0, 0xffff))),
            Arbitraries.frequency(Tuple.of(9, Domid.DOM0.value()), Tuple.of(1, 77)),
            Arbitraries.integers().between(0, GuestRam.PAGES + 8))
        .as(Grant::new);
  }

  @Provide
  Arbitrary<BlkifRequest> requests() {
    Arbitrary<BlkifSegment> segments =
        Combinators.combine(
                Arbitraries.integers().between(FIRST_REF - 1, FIRST_REF + REFS),
                Arbitraries.integers().between(0, 9),
                Arbitraries.integers().between(0, 9))
            .as((ref, first, last) -> new BlkifSegment(ref, first, last));
    return Combinators.combine(
            Arbitraries.integers().between(0, 7),
            Arbitraries.integers().between(0, 13),
            Arbitraries.frequency(Tuple.of(9, Rig.HANDLE), Tuple.of(1, 0)),
            Arbitraries.longs(),
            Arbitraries.frequencyOf(
                Tuple.of(9, Arbitraries.longs().between(0, Rig.SECTORS)),
                Tuple.of(1, Arbitraries.longs())),
            segments.list().ofMaxSize(11))
        .as(BlkifRequest::new);
  }

  @Property(tries = 300)
  void nothingButGrantedPagesIsTouched(
      @ForAll @Size(REFS) List<@From("grants") Grant> grants,
      @ForAll @Size(max = 32) List<@From("requests") BlkifRequest> requests,
      @ForAll long seed) {
    try (Rig rig = new Rig(Access.READ_WRITE, seed)) {
      fill(rig);
      byte[][] before = pages(rig);
      TreeSet<Integer> writable = grant(rig, grants);
      writable.add((int) (rig.front.ringAddress() / Memory.PAGE_SIZE));
      requests.forEach(rig.front::putRaw);
      rig.front.push();
      serveToTheEnd(rig);
      assertThat(rig.back.inFlight()).as("requests not answered").isZero();
      assertThat(rig.mappings()).as("pages still mapped").isZero();
      for (int gfn = 0; gfn < GuestRam.PAGES; gfn++) {
        if (!writable.contains(gfn)) {
          assertThat(page(rig, gfn)).as("page %s was not granted", gfn).isEqualTo(before[gfn]);
        }
      }
    }
  }

  @Property(tries = 300)
  void aReadOnlyDiskStaysAsItIs(
      @ForAll @Size(REFS) List<@From("grants") Grant> grants,
      @ForAll @Size(max = 32) List<@From("requests") BlkifRequest> requests,
      @ForAll long seed) {
    try (Rig rig = new Rig(Access.READ_ONLY, seed)) {
      fill(rig);
      byte[] before = rig.disk.read(0, Rig.SECTORS * 512);
      grant(rig, grants);
      requests.forEach(rig.front::putRaw);
      rig.front.push();
      serveToTheEnd(rig);
      assertThat(rig.disk.read(0, Rig.SECTORS * 512)).isEqualTo(before);
    }
  }

  @Property(tries = 300)
  void randomBytesInTheRingEndInAnswersOrInACorruptRing(
      @ForAll @Size(REFS) List<@From("grants") Grant> grants,
      @ForAll long seed,
      @ForAll boolean plausibleProducer) {
    try (Rig rig = new Rig(Access.READ_WRITE, seed)) {
      grant(rig, grants);
      SplittableRandom random = new SplittableRandom(seed);
      for (int round = 0; round < 5; round++) {
        byte[] page = new byte[Memory.PAGE_SIZE];
        random.nextBytes(page);
        rig.ram.memory().write(rig.front.ringAddress(), page);
        if (plausibleProducer) {
          int producer = rig.back.taken() + random.nextInt(BlkifRing.SLOTS + 1);
          rig.ram.memory().putIntRelease(rig.front.ringAddress() + SharedRing.REQ_PROD, producer);
        }
        serveToTheEnd(rig);
        assertThat(rig.mappings()).isZero();
      }
    }
  }

  /** Turns and completions until neither has anything left; a corrupt ring is left as it is. */
  private static void serveToTheEnd(Rig rig) {
    boolean corrupt = false;
    int turns = 0;
    boolean more = true;
    while (more) {
      assertThat(++turns).as("turns").isLessThan(MOST_TURNS);
      more = false;
      try {
        if (corrupt) {
          rig.back.answer();
        } else {
          more = rig.back.turn();
        }
      } catch (RingCorrupt spoilt) {
        corrupt = true;
      }
      more |= rig.later.runNext();
    }
  }

  private static void fill(Rig rig) {
    for (int gfn = 0; gfn < GuestRam.PAGES; gfn++) {
      if (gfn != rig.front.ringAddress() / Memory.PAGE_SIZE) {
        rig.ram.memory().fill((long) gfn * Memory.PAGE_SIZE, Memory.PAGE_SIZE, (byte) gfn);
      }
    }
    byte[] pattern = new byte[Rig.SECTORS * 512];
    Arrays.fill(pattern, (byte) 0xd1);
    rig.disk.put(0, pattern);
  }

  private static byte[][] pages(Rig rig) {
    List<byte[]> pages = new ArrayList<>();
    for (int gfn = 0; gfn < GuestRam.PAGES; gfn++) {
      pages.add(page(rig, gfn));
    }
    return pages.toArray(byte[][]::new);
  }

  private static byte[] page(Rig rig, int gfn) {
    return rig.ram.memory().read((long) gfn * Memory.PAGE_SIZE, Memory.PAGE_SIZE);
  }

  /** Writes the entries; the pages that dom0 may write through them. */
  private static TreeSet<Integer> grant(Rig rig, List<Grant> grants) {
    TreeSet<Integer> writable = new TreeSet<>();
    for (int i = 0; i < grants.size(); i++) {
      Grant grant = grants.get(i);
      int header = GrantEntry.header(grant.flags(), grant.domid());
      GrantEntry.write(rig.ram.memory(), rig.ram.entry(FIRST_REF + i), header, grant.gfn());
      boolean permits = (grant.flags() & GrantEntry.TYPE_MASK) == GrantEntry.PERMIT_ACCESS;
      if (permits && grant.domid() == 0 && (grant.flags() & GrantEntry.READONLY) == 0) {
        writable.add(grant.gfn());
      }
    }
    return writable;
  }
}
