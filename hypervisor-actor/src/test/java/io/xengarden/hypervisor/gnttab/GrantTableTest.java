package io.xengarden.hypervisor.gnttab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.GrantStatus;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.machine.DirtyLog;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.MemoryFault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrantTableTest {
  private static final int GREF = 9;
  private static final int IN_USE = GrantEntry.READING | GrantEntry.WRITING;

  private final Granter guest = new Granter();
  private final GrantAccess dom0 = guest.access();

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void bothSidesSeeTheSameBytes() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    GrantMapping mapping = dom0.map(GREF, Access.READ_WRITE);
    guest.memory.putInt(3 * 4096 + 8, 42);
    assertThat(mapping.page().getInt(8)).isEqualTo(42);
    mapping.page().putInt(12, 43);
    assertThat(guest.memory.getInt(3 * 4096 + 12)).isEqualTo(43);
    assertThat(mapping.page().gfn()).isEqualTo(3);
    mapping.close();
  }

  @Test
  void endAccessIsRefusedWhileMapped() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    GrantMapping mapping = dom0.map(GREF, Access.READ_WRITE);
    assertThat(guest.flags(GREF)).isEqualTo(GrantEntry.PERMIT_ACCESS | IN_USE);
    assertThat(guest.endAccess(GREF)).isFalse();
    mapping.close();
    assertThat(guest.flags(GREF)).isEqualTo(GrantEntry.PERMIT_ACCESS);
    assertThat(guest.endAccess(GREF)).isTrue();
    assertThat(refusal(() -> dom0.map(GREF, Access.READ_ONLY))).isEqualTo(GrantStatus.BAD_GNTREF);
  }

  @Test
  void theLastReaderAndTheLastWriterClearTheirOwnBit() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    GrantMapping reader = dom0.map(GREF, Access.READ_ONLY);
    assertThat(guest.flags(GREF)).isEqualTo(GrantEntry.PERMIT_ACCESS | GrantEntry.READING);
    GrantMapping writer = dom0.map(GREF, Access.READ_WRITE);
    GrantMapping secondWriter = dom0.map(GREF, Access.READ_WRITE);
    writer.close();
    assertThat(guest.flags(GREF)).isEqualTo(GrantEntry.PERMIT_ACCESS | IN_USE);
    secondWriter.close();
    assertThat(guest.flags(GREF)).isEqualTo(GrantEntry.PERMIT_ACCESS | GrantEntry.READING);
    assertThat(guest.table.activeMappings()).isEqualTo(1);
    reader.close();
    assertThat(guest.flags(GREF)).isEqualTo(GrantEntry.PERMIT_ACCESS);
    assertThat(guest.table.activeMappings()).isZero();
  }

  @Test
  void closingTwiceUnmapsOnceAndAClosedMappingHasNoPage() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    GrantMapping first = dom0.map(GREF, Access.READ_ONLY);
    GrantMapping second = dom0.map(GREF, Access.READ_ONLY);
    first.close();
    first.close();
    assertThat(guest.table.activeMappings()).isEqualTo(1);
    assertThatThrownBy(first::page).isInstanceOf(IllegalStateException.class);
    second.close();
  }

  @Test
  void aReadonlyGrantIsNotMappedWritable() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, GrantEntry.READONLY);
    assertThat(refusal(() -> dom0.map(GREF, Access.READ_WRITE)))
        .isEqualTo(GrantStatus.PERMISSION_DENIED);
    try (GrantMapping mapping = dom0.map(GREF, Access.READ_ONLY)) {
      assertThatThrownBy(() -> mapping.page().putInt(0, 1)).isInstanceOf(MemoryFault.class);
      assertThat(refusal(() -> dom0.map(GREF, Access.READ_WRITE)))
          .isEqualTo(GrantStatus.PERMISSION_DENIED);
      assertThat(guest.flags(GREF) & GrantEntry.WRITING).isZero();
    }
  }

  @Test
  void onlyTheNamedDomainMaps() {
    guest.grant(GREF, Domid.of(4), 3, 0);
    assertThat(refusal(() -> dom0.map(GREF, Access.READ_ONLY)))
        .isEqualTo(GrantStatus.PERMISSION_DENIED);
    assertThat(guest.flags(GREF)).isEqualTo(GrantEntry.PERMIT_ACCESS);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, GrantTable.MAX_ENTRIES, Integer.MAX_VALUE, 77})
  void aReferenceOutsideTheTableOrUnusedIsBad(int gref) {
    assertThat(refusal(() -> dom0.map(gref, Access.READ_ONLY))).isEqualTo(GrantStatus.BAD_GNTREF);
  }

  @ParameterizedTest
  @ValueSource(ints = {GrantEntry.ACCEPT_TRANSFER, GrantEntry.TRANSITIVE, GrantEntry.INVALID})
  void otherKindsOfGrantAreNotMapped(int type) {
    int header = GrantEntry.header(type, 0);
    GrantEntry.write(guest.memory, Granter.entry(GREF), header, 3);
    assertThat(refusal(() -> dom0.map(GREF, Access.READ_ONLY))).isEqualTo(GrantStatus.BAD_GNTREF);
  }

  @ParameterizedTest
  @ValueSource(ints = {Granter.GRANT_GFN, Granter.GRANT_GFN + 1, 1 << 20, -1})
  void whatIsNotRamOfTheGranterIsABadPage(int gfn) {
    guest.grant(GREF, Domid.DOM0, gfn, 0);
    assertThat(refusal(() -> dom0.map(GREF, Access.READ_WRITE))).isEqualTo(GrantStatus.BAD_PAGE);
    assertThat(guest.flags(GREF)).as("let go of").isEqualTo(GrantEntry.PERMIT_ACCESS);
    assertThat(guest.table.activeMappings()).isZero();
  }

  @Test
  void aSecondMappingGoesToTheFirstOnesPageWhateverTheEntrySaysNow() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    try (GrantMapping first = dom0.map(GREF, Access.READ_ONLY)) {
      guest.grant(GREF, Domid.DOM0, 4, 0);
      try (GrantMapping second = dom0.map(GREF, Access.READ_WRITE)) {
        assertThat(second.page().gfn()).isEqualTo(first.page().gfn());
      }
      guest.grant(GREF, Domid.of(4), 4, 0);
      assertThat(refusal(() -> guest.table.access(Domid.of(4)).map(GREF, Access.READ_ONLY)))
          .as("another domain cannot join in")
          .isEqualTo(GrantStatus.PERMISSION_DENIED);
    }
  }

  @Test
  void aGuestThatClearsItsEntryWhileMappedHurtsNobody() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    GrantMapping mapping = dom0.map(GREF, Access.READ_WRITE);
    guest.memory.putLong(Granter.entry(GREF), 0);
    guest.memory.putInt(3 * 4096, 5);
    assertThat(mapping.page().getInt(0)).isEqualTo(5);
    mapping.close();
    assertThat(guest.memory.getLong(Granter.entry(GREF))).isZero();
    assertThat(guest.table.activeMappings()).isZero();
  }

  @Test
  void copiesGoBothWaysAndLeaveNothingPinned() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    guest.memory.putLong(3 * 4096 + 4088, 0x1122);
    try (HostMemory other = HostMemory.ofFrames(1)) {
      GuestMemory buffer = new GuestMemory(other);
      buffer.map(0, 0, 1);
      dom0.copyFrom(GREF, 4088, buffer, 16, 8);
      assertThat(buffer.getLong(16)).isEqualTo(0x1122);
      buffer.putLong(24, 0x3344);
      dom0.copyTo(GREF, 0, buffer, 24, 8);
      assertThat(guest.memory.getLong(3 * 4096)).isEqualTo(0x3344);
      assertThat(guest.flags(GREF)).isEqualTo(GrantEntry.PERMIT_ACCESS);
      assertThatThrownBy(() -> dom0.copyFrom(GREF, 0, buffer, 4096, 8))
          .as("our own target's fault")
          .isInstanceOf(MemoryFault.class);
      assertThat(guest.table.activeMappings()).isZero();
      guest.grant(GREF, Domid.DOM0, 3, GrantEntry.READONLY);
      assertThat(refusal(() -> dom0.copyTo(GREF, 0, buffer, 0, 8)))
          .isEqualTo(GrantStatus.PERMISSION_DENIED);
    }
  }

  @Test
  void aCopyStaysInsideItsPage() {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    int[][] bad = {{4090, 7}, {-1, 4}, {0, -1}, {4097, 0}, {1, Integer.MAX_VALUE}, {0, 4097}};
    for (int[] range : bad) {
      assertThat(refusal(() -> dom0.copyFrom(GREF, range[0], guest.memory, 0, range[1])))
          .isEqualTo(GrantStatus.BAD_COPY_ARG);
      assertThat(refusal(() -> dom0.copyTo(GREF, range[0], guest.memory, 0, range[1])))
          .isEqualTo(GrantStatus.BAD_COPY_ARG);
    }
  }

  @Test
  void whatABackendWritesIsInTheDirtyLog() throws GrantRefused {
    DirtyLog log = guest.memory.startDirtyLog(Granter.PAGES);
    guest.grant(GREF, Domid.DOM0, 3, 0);
    assertThat(log.count()).as("grant frames are not RAM").isZero();
    try (GrantMapping mapping = dom0.map(GREF, Access.READ_WRITE)) {
      mapping.page().putByte(100, (byte) 1);
    }
    assertThat(log.takeWord(0)).isEqualTo(1 << 3);
    dom0.copyTo(unchecked(6), 0, guest.memory, 0, 1);
    assertThat(log.takeWord(0)).isEqualTo(1 << 6);
  }

  private int unchecked(int gfn) {
    guest.grant(GREF + 1, Domid.DOM0, gfn, 0);
    return GREF + 1;
  }

  @Test
  void mappingsOfOneTableAreLimited() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    List<GrantMapping> mappings = new ArrayList<>();
    for (int i = 0; i < GrantTable.MAX_MAPPINGS; i++) {
      mappings.add(dom0.map(GREF, Access.READ_ONLY));
    }
    assertThat(refusal(() -> dom0.map(GREF, Access.READ_ONLY)))
        .isEqualTo(GrantStatus.NO_DEVICE_SPACE);
    mappings.removeLast().close();
    mappings.add(dom0.map(GREF, Access.READ_ONLY));
    mappings.forEach(GrantMapping::close);
    assertThat(guest.flags(GREF)).isEqualTo(GrantEntry.PERMIT_ACCESS);
  }

  @Test
  void aDyingGranterRefusesNewMapsAndTellsWhenTheLastIsGone() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    GrantMapping first = dom0.map(GREF, Access.READ_WRITE);
    GrantMapping second = dom0.map(GREF, Access.READ_ONLY);
    AtomicInteger gone = new AtomicInteger();
    guest.table.kill(gone::incrementAndGet);
    assertThat(refusal(() -> dom0.map(GREF, Access.READ_ONLY))).isEqualTo(GrantStatus.BAD_DOMAIN);
    assertThat(refusal(() -> dom0.copyFrom(GREF, 0, guest.memory, 0, 1)))
        .isEqualTo(GrantStatus.BAD_DOMAIN);
    first.page().putInt(0, 1);
    first.close();
    assertThat(gone).as("one is still there").hasValue(0);
    second.close();
    assertThat(gone).hasValue(1);
  }

  @Test
  void aGranterWithoutMappingsIsGoneAtOnce() {
    AtomicInteger gone = new AtomicInteger();
    guest.table.kill(gone::incrementAndGet);
    assertThat(gone).hasValue(1);
  }

  @Test
  void aFrameGivenBackWhileMappedIsFreedAfterItsLastMapping() throws GrantRefused {
    guest.grant(GREF, Domid.DOM0, 3, 0);
    guest.grant(GREF + 1, Domid.DOM0, 3, 0);
    GrantMapping one = dom0.map(GREF, Access.READ_ONLY);
    GrantMapping other = dom0.map(GREF + 1, Access.READ_WRITE);
    guest.memory.unmap(3, 1);
    List<Long> freed = new ArrayList<>();
    assertThat(guest.table.whenUnpinned(2, freed::add)).as("not mapped by anyone").isTrue();
    assertThat(guest.table.whenUnpinned(3, freed::add)).isFalse();
    one.close();
    assertThat(freed).isEmpty();
    assertThat(refusal(() -> dom0.map(GREF, Access.READ_ONLY)))
        .as("not the guest's any more")
        .isEqualTo(GrantStatus.BAD_PAGE);
    other.close();
    assertThat(freed).containsExactly(3L);
  }

  @Test
  void seededEntriesAreForTheNamedDomain() throws GrantRefused {
    guest.table.seed(GrantEntry.CONSOLE_REF, Domid.DOM0, 7);
    guest.table.seed(GrantEntry.XENSTORE_REF, Domid.of(3), 8);
    try (GrantMapping console = dom0.map(GrantEntry.CONSOLE_REF, Access.READ_WRITE)) {
      assertThat(console.page().gfn()).isEqualTo(7);
    }
    assertThat(refusal(() -> dom0.map(GrantEntry.XENSTORE_REF, Access.READ_WRITE)))
        .isEqualTo(GrantStatus.PERMISSION_DENIED);
    assertThat(guest.table.frameMfn(0)).isEqualTo(guest.memory.mfn(Granter.GRANT_GFN));
  }

  private static GrantStatus refusal(ThrowingCallable map) {
    GrantRefused refused = catchThrowableOfType(GrantRefused.class, map);
    assertThat(refused).as("refused").isNotNull();
    return refused.status();
  }
}
