package io.xengarden.domain.hypercall;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Errno;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.MemoryOp;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.TestDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.domain.vcpu.Wait;
import io.xengarden.hypervisor.DomainSignal.PeerConnected;
import io.xengarden.hypervisor.DomainSignal.PeerRefused;
import io.xengarden.hypervisor.DomainSignal.ReservationGranted;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.Memory;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;

/** A hostile guest: any registers, any memory. Nothing is thrown, nothing outside it changes. */
class HypercallProperties {
  private static final int CALLS = 40;

  private static final int[] FAMILIES = {
    Hypercall.EVENT_CHANNEL_OP,
    Hypercall.SCHED_OP,
    Hypercall.SET_TIMER_OP,
    Hypercall.VCPU_OP,
    Hypercall.GRANT_TABLE_OP,
    Hypercall.MEMORY_OP,
    Hypercall.XEN_VERSION,
    Hypercall.CONSOLE_IO,
    Hypercall.MULTICALL
  };

  private static final int[] MEMORY_OPS = {
    MemoryOp.ADD_TO_PHYSMAP,
    MemoryOp.ADD_TO_PHYSMAP,
    MemoryOp.REMOVE_FROM_PHYSMAP,
    MemoryOp.DECREASE_RESERVATION,
    MemoryOp.POPULATE_PHYSMAP,
    MemoryOp.CURRENT_RESERVATION,
    MemoryOp.MAXIMUM_GPFN
  };

  /** Messages to Xen from one call: a multicall of the longest console writes. */
  private static final int MOST_TOLD = Multicall.MAX_CALLS * (ConsoleCalls.MAX_WRITE + 1);

  @Property(tries = 700)
  void noHypercallHarmsItsHost(@ForAll long seed) {
    RandomGenerator random = new Random(seed);
    try (TestDomain domain = TestDomain.idle(3)) {
      for (int i = 0; i < CALLS && !domain.live.isShutDown(); i++) {
        scribble(domain.xen.memory(), random);
        Vcpu caller = domain.vcpu(0);
        int before = domain.told.size();
        oneCall(domain, caller, random);
        assertThat(domain.told.size() - before).isLessThanOrEqualTo(MOST_TOLD);
        answer(domain, caller, random);
        domain.hostNanos += random.nextInt(1_000_000);
        passTime(domain, random);
      }
      assertThat(domain.leavesOthersAlone()).isTrue();
    }
  }

  private static void oneCall(TestDomain domain, Vcpu caller, RandomGenerator random) {
    VcpuContext context = caller.context();
    registers(context, random);
    if (random.nextInt(4) > 0) {
      struct(domain.xen.memory(), context, random);
    }
    long number = context.rax;
    RuntimeException[] thrown = {null};
    domain.slice(
        0,
        (same, cpu) -> {
          try {
            domain.hypercalls.call(caller, same);
          } catch (RuntimeException e) {
            thrown[0] = e; // the slice would make it the guest's crash
          }
        },
        1_000_000);
    assertThat(thrown[0]).as("hypercall %d", number).isNull();
    if (number < 0 || number > Hypercall.DM_OP) {
      assertThat(context.rax).isEqualTo(Errno.ENOSYS.result());
    }
    Statistics.label("answer")
        .collect(caller.awaitsAnswer() ? "waits" : context.rax < 0 ? "refused" : "done");
    assertThat(caller.takeCost()).isBetween(0L, 1_000_000_000L);
  }

  /** A family, an operation it might have, and where its argument might lie. */
  private static void registers(VcpuContext context, RandomGenerator random) {
    int family = FAMILIES[random.nextInt(FAMILIES.length)];
    boolean plausible = random.nextInt(5) > 0;
    context.rax = random.nextInt(20) == 0 ? random.nextLong() : family;
    context.rdi = plausible ? operation(family, random) : argument(random);
    context.rsi = plausible ? address(random) : argument(random);
    context.rdx = plausible ? 1 : argument(random);
    if (plausible && family == Hypercall.VCPU_OP) {
      context.rsi = random.nextInt(4);
      context.rdx = address(random);
    }
    if (plausible && (family == Hypercall.MULTICALL || family == Hypercall.CONSOLE_IO)) {
      context.rdi = family == Hypercall.MULTICALL ? address(random) : 0;
      context.rsi = random.nextInt(70);
      context.rdx = address(random);
    }
  }

  private static int operation(int family, RandomGenerator random) {
    if (family == Hypercall.MEMORY_OP) {
      return MEMORY_OPS[random.nextInt(MEMORY_OPS.length)];
    }
    // Most families have a dozen; those that end the domain at once are not tried first.
    int op = random.nextInt(14);
    return family == Hypercall.SCHED_OP && random.nextInt(4) > 0 ? SchedOp.POLL : op;
  }

  /** An argument with this domain, or a near one, where domids are, and small numbers. */
  private static void struct(Memory memory, VcpuContext context, RandomGenerator random) {
    long at = context.rax == Hypercall.VCPU_OP ? context.rdx : context.rsi;
    if (at < 0 || at > 60 << 12 || (at & 7) != 0 || !((GuestMemory) memory).isMapped(at >>> 12)) {
      return;
    }
    int self = random.nextInt(4) == 0 ? random.nextInt(9) : 0x7FF0;
    for (int offset = 0; offset < 32; offset += 4) {
      memory.putInt(at + offset, random.nextInt(6));
    }
    switch (random.nextInt(4)) {
      case 0 -> memory.putInt(at, self | random.nextInt(9) << 16);
      case 1 -> {
        long list = address(random);
        memory.putLong(at, list);
        memory.putLong(at + 8, random.nextInt(5));
        memory.putInt(at + 16, 0);
        memory.putInt(at + 24, self);
        if (((GuestMemory) memory).isMapped(list >>> 12)) {
          memory.putLong(list, 20 + random.nextInt(50));
        }
      }
      case 2 -> {
        memory.putInt(at, self);
        memory.putInt(at + 4, random.nextInt(3));
        memory.putLong(at + 8, random.nextInt(3));
        memory.putLong(at + 16, gfn(random));
      }
      default -> {}
    }
  }

  /** RAM, above RAM, and where guest frames end. */
  private static long gfn(RandomGenerator random) {
    return switch (random.nextInt(4)) {
      case 0 -> 64 + random.nextInt(8);
      case 1 -> GuestMemory.MAX_FRAMES - 3 + random.nextInt(6);
      case 2 -> random.nextInt(80);
      default -> word(random);
    };
  }

  private static long address(RandomGenerator random) {
    return (long) random.nextInt(60 << 9) * 8;
  }

  /** What the hypervisor might say, if the vCPU waits for it. */
  private static void answer(TestDomain domain, Vcpu caller, RandomGenerator random) {
    while (caller.waiting() instanceof Wait.Answer wait) {
      switch (wait) {
        case Wait.PeerBind bind ->
            domain.hypercalls.peerAnswered(
                bind.localPort(),
                random.nextBoolean() ? new PeerConnected(() -> {}) : new PeerRefused(Errno.EINVAL));
        case Wait.Reservation under -> finish(domain, under, random);
      }
    }
  }

  private static void finish(TestDomain domain, Wait.Reservation under, RandomGenerator random) {
    if (!under.grow()) {
      domain.hypercalls.answered(0, under.run());
      return;
    }
    GuestMemory memory = domain.xen.memory();
    long gfn = memory.getLong(under.list() + 8 * under.done());
    long mfn = -1;
    for (long candidate = 0; candidate < domain.pages; candidate++) {
      if (isFree(domain, candidate)) {
        mfn = candidate;
      }
    }
    if (mfn >= 0 && random.nextBoolean()) {
      domain.hypercalls.reservationGranted(new ReservationGranted(0, gfn, mfn, 1));
      domain.hypercalls.answered(0, 1);
    } else {
      domain.hypercalls.answered(0, random.nextBoolean() ? 0 : Errno.EINVAL.result());
    }
  }

  private static boolean isFree(TestDomain domain, long mfn) {
    GuestMemory memory = domain.xen.memory();
    for (long gfn = 0; gfn < memory.host().frameCount(); gfn++) {
      if (memory.mfn(gfn) == mfn) {
        return false;
      }
    }
    return true;
  }

  private static void passTime(TestDomain domain, RandomGenerator random) {
    domain.timers.forEach(timer -> assertThat(timer.delayNs()).isPositive());
    for (TestDomain.Started timer : domain.timers.toArray(TestDomain.Started[]::new)) {
      domain.live.hostTimerRang(domain.vcpu(timer.vcpu()), timer.kind());
    }
    domain.timers.clear();
    domain.xen.inbox().raise(random.nextInt(1024));
    domain.live.takeEvents();
  }

  /** Arguments that come near to something: addresses in memory, small numbers, extremes. */
  private static long argument(RandomGenerator random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong();
      case 1 -> -random.nextInt(4096);
      case 2 -> Long.MAX_VALUE - random.nextInt(64);
      case 3, 4 -> random.nextInt(20);
      default -> (long) random.nextInt(64 << 9) * 8;
    };
  }

  /** Fills a few places with words that could be domids, ports, counts, addresses, gfns. */
  private static void scribble(Memory memory, RandomGenerator random) {
    for (int page = 0; page < 64; page++) {
      long at = (long) page << 12;
      if (((GuestMemory) memory).isMapped(page) && random.nextInt(4) == 0) {
        for (int word = 0; word < 512; word++) {
          memory.putLong(at + 8L * word, word(random));
        }
      }
    }
    // A shared_info the guest has spoilt.
    if (random.nextInt(8) == 0 && ((GuestMemory) memory).isMapped(64)) {
      memory.putLong((64L << 12) + SharedInfo.vcpuInfo(0, random.nextInt(3)), random.nextLong());
      memory.putInt((64L << 12) + SharedInfo.TIME, random.nextInt());
    }
  }

  private static long word(RandomGenerator random) {
    return switch (random.nextInt(9)) {
      case 0 -> random.nextLong();
      case 1 -> 0x7FF0L | (long) random.nextInt(70) << 32;
      case 2 -> random.nextInt(1030);
      case 3 -> (long) random.nextInt(1030) << 32 | random.nextInt(8);
      case 4 -> random.nextInt(150);
      case 5 -> random.nextInt(80);
      case 6 -> FAMILIES[random.nextInt(FAMILIES.length)];
      case 7 -> -1L - random.nextInt(70);
      default -> random.nextInt(3);
    };
  }
}
