package io.xengarden.domain.hypercall;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.MemoryOp;
import io.xengarden.abi.MemoryOp.AddToPhysmap;
import io.xengarden.abi.MemoryOp.RemoveFromPhysmap;
import io.xengarden.abi.MemoryOp.Reservation;
import io.xengarden.domain.StepKernel;
import io.xengarden.domain.TestDomain;
import io.xengarden.domain.vcpu.Runstate;
import io.xengarden.hypervisor.DomainSignal.ReservationGranted;
import io.xengarden.hypervisor.HypervisorCommand.ReservationChange;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.GuestMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryCallsTest {
  private static final long AT = StepKernel.SCRATCH;
  private static final long LIST = 8 << 12;
  private static final long PAGES = 64;

  private final TestDomain domain = TestDomain.idle(1);
  private final GuestMemory memory = domain.xen.memory();

  @AfterEach
  void close() {
    domain.close();
  }

  @Test
  void grantFramesArePlacedAboveRamAndMoved() {
    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, 0, PAGES + 1)).isZero();
    assertThat(memory.mfn(PAGES + 1)).isEqualTo(domain.xen.grants().frameMfn(0));

    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, 0, PAGES + 9)).isZero();

    assertThat(memory.isMapped(PAGES + 1)).as("at one place only").isFalse();
    assertThat(memory.mfn(PAGES + 9)).isEqualTo(domain.xen.grants().frameMfn(0));
    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, GrantTable.MAX_FRAMES - 1, PAGES + 9)).isZero();
    assertThat(memory.mfn(PAGES + 9))
        .as("in place of another of Xen's frames")
        .isEqualTo(domain.xen.grants().frameMfn(GrantTable.MAX_FRAMES - 1));
  }

  @Test
  void sharedInfoMovesAndIsTakenOut() {
    assertThat(place(MemoryOp.SPACE_SHARED_INFO, 0, PAGES + 5)).isZero();

    assertThat(memory.isMapped(PAGES)).isFalse();
    assertThat(memory.mfn(PAGES + 5)).isEqualTo(domain.xen.sharedInfoMfn());
    memory.putLong(AT + RemoveFromPhysmap.GPFN, PAGES + 5);
    assertThat(memoryOp(MemoryOp.REMOVE_FROM_PHYSMAP)).isZero();
    assertThat(memory.isMapped(PAGES + 5)).isFalse();
    assertThat(memoryOp(MemoryOp.REMOVE_FROM_PHYSMAP)).isEqualTo(Errno.EINVAL.result());
    assertThat(place(MemoryOp.SPACE_SHARED_INFO, 0, PAGES)).isZero();
  }

  @Test
  void whereAFrameCannotGoItDoesNotGo() {
    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, 0, 5)).as("RAM").isEqualTo(inval());
    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, 0, -1)).isEqualTo(inval());
    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, 0, GuestMemory.MAX_FRAMES)).isEqualTo(inval());
    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, GrantTable.MAX_FRAMES, PAGES + 1))
        .isEqualTo(inval());
    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, -1, PAGES + 1)).isEqualTo(inval());
    assertThat(place(MemoryOp.SPACE_SHARED_INFO, 1, PAGES + 1)).isEqualTo(inval());
    assertThat(place(2, 0, PAGES + 1)).isEqualTo(inval());
    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, 0, GuestMemory.MAX_FRAMES - 1)).isZero();
  }

  @Test
  void othersMemoryIsNotTouched() {
    memory.putShort(AT + AddToPhysmap.DOMID, (short) 0);
    assertThat(domain.call(Hypercall.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP, AT))
        .isEqualTo(Errno.EPERM.result());
    assertThat(domain.call(Hypercall.MEMORY_OP, MemoryOp.CURRENT_RESERVATION, AT))
        .isEqualTo(Errno.EPERM.result());
  }

  @Test
  void reservationsAreInPages() {
    memory.putShort(AT, (short) Domid.SELF.value());
    assertThat(domain.call(Hypercall.MEMORY_OP, MemoryOp.CURRENT_RESERVATION, AT)).isEqualTo(PAGES);
    assertThat(domain.call(Hypercall.MEMORY_OP, MemoryOp.MAXIMUM_GPFN, AT)).isEqualTo(PAGES);
  }

  @Test
  void aBalloonGivesFramesBackRunByRun() {
    reserve(MemoryOp.DECREASE_RESERVATION, 40, 41, 42, 50);

    assertThat(domain.told(ReservationChange.class))
        .containsExactly(new ReservationChange(TestDomain.DOMID, 0, 40, 3, false));
    assertThat(memory.isMapped(40) || memory.isMapped(42)).as("unmapped before told").isFalse();
    assertThat(domain.vcpu(0).state()).isEqualTo(Runstate.BLOCKED);
    domain.hypercalls.answered(0, 3);
    assertThat(domain.told(ReservationChange.class))
        .endsWith(new ReservationChange(TestDomain.DOMID, 0, 50, 1, false));
    domain.hypercalls.answered(0, 1);

    assertThat(domain.vcpu(0).context().rax).isEqualTo(4);
    assertThat(domain.vcpu(0).state()).isEqualTo(Runstate.RUNNABLE);
    memory.putShort(AT, (short) Domid.SELF.value());
    assertThat(domain.call(Hypercall.MEMORY_OP, MemoryOp.CURRENT_RESERVATION, AT))
        .isEqualTo(PAGES - 4);
  }

  @Test
  void aBalloonGetsFramesInWhateverPiecesThereAre() {
    reserve(MemoryOp.DECREASE_RESERVATION, 40, 41, 42);
    domain.hypercalls.answered(0, 3);
    reserve(MemoryOp.POPULATE_PHYSMAP, 40, 41, 42, 43);

    assertThat(domain.told(ReservationChange.class))
        .as("43 is RAM already: the run ends before it")
        .endsWith(new ReservationChange(TestDomain.DOMID, 0, 40, 3, true));
    domain.hypercalls.reservationGranted(new ReservationGranted(0, 40, 41, 1));
    domain.hypercalls.reservationGranted(new ReservationGranted(0, 41, 40, 1));
    domain.hypercalls.answered(0, 2);

    assertThat(domain.vcpu(0).context().rax).as("a partial success").isEqualTo(2);
    assertThat(memory.mfn(40)).isEqualTo(41);
    assertThat(memory.mfn(41)).isEqualTo(40);
    assertThat(memory.isMapped(42)).isFalse();
  }

  @Test
  void aRefusalByTheHypervisorIsZeroFrames() {
    reserve(MemoryOp.DECREASE_RESERVATION, 40);
    domain.hypercalls.answered(0, 1);
    reserve(MemoryOp.POPULATE_PHYSMAP, 40);
    domain.hypercalls.answered(0, Errno.EINVAL.result());

    assertThat(domain.vcpu(0).context().rax).isZero();
  }

  @Test
  void framesThatCannotBeGivenOrTakenEndTheList() {
    assertThat(reserve(MemoryOp.DECREASE_RESERVATION, PAGES)).as("shared_info").isZero();
    assertThat(reserve(MemoryOp.DECREASE_RESERVATION, 1L << 50)).isZero();
    assertThat(reserve(MemoryOp.DECREASE_RESERVATION, -1)).isZero();
    assertThat(reserve(MemoryOp.POPULATE_PHYSMAP, 1L << 33)).isZero();
    assertThat(reserve(MemoryOp.POPULATE_PHYSMAP, 5)).isZero();
    memory.putLong(AT + Reservation.NR_EXTENTS, -5);
    assertThat(memoryOp(MemoryOp.POPULATE_PHYSMAP)).isEqualTo(inval());
    memory.putLong(AT + Reservation.NR_EXTENTS, 1);
    memory.putInt(AT + Reservation.EXTENT_ORDER, 9);
    assertThat(memoryOp(MemoryOp.POPULATE_PHYSMAP)).isZero();
    assertThat(domain.told(ReservationChange.class)).isEmpty();
  }

  @Test
  void aGuestThatGivesBackItsOwnListGetsAnAnswer() {
    reserve(MemoryOp.DECREASE_RESERVATION, LIST >>> 12, 40);

    domain.hypercalls.answered(0, 1);

    assertThat(domain.vcpu(0).context().rax).as("the rest of the list is gone").isEqualTo(1);
  }

  @Test
  void aFrameOfXensInTheWayOfGrantedRamMakesRoom() {
    reserve(MemoryOp.DECREASE_RESERVATION, 40);
    domain.hypercalls.answered(0, 1);
    reserve(MemoryOp.POPULATE_PHYSMAP, 40);
    domain.live.wake(domain.vcpu(0)); // stands for another vCPU that runs meanwhile
    place(MemoryOp.SPACE_GRANT_TABLE, 0, 40);

    domain.hypercalls.reservationGranted(new ReservationGranted(0, 40, 40, 1));

    assertThat(memory.mfn(40)).isEqualTo(40);
    assertThat(place(MemoryOp.SPACE_GRANT_TABLE, 0, PAGES + 1)).isZero();
  }

  @Test
  void oneCallChangesAtMostItsLimitOfFrames() {
    try (TestDomain large = TestDomain.empty(4L * MemoryCalls.MAX_EXTENTS, 1)) {
      large.start(large.build(new StepKernel("k", (context, cpu) -> {})));
      GuestMemory ram = large.xen.memory();
      for (int i = 0; i < 2 * MemoryCalls.MAX_EXTENTS; i++) {
        ram.putLong(LIST + 8L * i, 1000 + i);
      }
      ram.putLong(AT + Reservation.EXTENT_START, LIST);
      ram.putLong(AT + Reservation.NR_EXTENTS, Long.MAX_VALUE);
      ram.putShort(AT + Reservation.DOMID, (short) Domid.SELF.value());

      large.call(Hypercall.MEMORY_OP, MemoryOp.DECREASE_RESERVATION, AT);
      large.hypercalls.answered(0, MemoryCalls.MAX_EXTENTS);

      assertThat(large.told(ReservationChange.class))
          .containsExactly(
              new ReservationChange(TestDomain.DOMID, 0, 1000, MemoryCalls.MAX_EXTENTS, false));
      assertThat(large.vcpu(0).context().rax).isEqualTo(MemoryCalls.MAX_EXTENTS);
    }
  }

  @Test
  void ramCannotBeBrokenIntoMorePiecesThanTheLimit() {
    try (TestDomain large = TestDomain.empty(3L * Physmap.MAX_FRAGMENTS, 1)) {
      large.start(large.build(new StepKernel("k", (context, cpu) -> {})));
      Physmap physmap = new Physmap(large.live);
      long gfn = 100;
      while (physmap.mayChange(gfn, false)) {
        physmap.depopulate(gfn, 1);
        gfn += 2;
      }

      assertThat((gfn - 100) / 2).isEqualTo(Physmap.MAX_FRAGMENTS - 1);
    }
  }

  private static long inval() {
    return Errno.EINVAL.result();
  }

  private long place(int space, long index, long gfn) {
    memory.putInt(AT + AddToPhysmap.SPACE, space);
    memory.putLong(AT + AddToPhysmap.IDX, index);
    memory.putLong(AT + AddToPhysmap.GPFN, gfn);
    return memoryOp(MemoryOp.ADD_TO_PHYSMAP);
  }

  private long reserve(int op, long... gfns) {
    for (int i = 0; i < gfns.length; i++) {
      memory.putLong(LIST + 8L * i, gfns[i]);
    }
    memory.putLong(AT + Reservation.EXTENT_START, LIST);
    memory.putLong(AT + Reservation.NR_EXTENTS, gfns.length);
    memory.putInt(AT + Reservation.EXTENT_ORDER, 0);
    memory.putShort(AT + Reservation.DOMID, (short) Domid.SELF.value());
    return domain.call(Hypercall.MEMORY_OP, op, AT);
  }

  private long memoryOp(int op) {
    if (op == MemoryOp.ADD_TO_PHYSMAP || op == MemoryOp.REMOVE_FROM_PHYSMAP) {
      memory.putShort(AT, (short) Domid.SELF.value());
    }
    return domain.call(Hypercall.MEMORY_OP, op, AT);
  }
}
