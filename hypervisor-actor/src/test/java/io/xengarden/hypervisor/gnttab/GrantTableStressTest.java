package io.xengarden.hypervisor.gnttab;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantEntry;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real threads: backends map while the guest revokes, scribbles and dies. */
class GrantTableStressTest {
  private static final int ROUNDS = 100_000;
  private static final int GREF = 20;

  private final Granter guest = new Granter();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    threads.close();
    guest.close();
  }

  /**
   * The guest grants, takes back, and writes its own page only when it has got it back: a backend
   * that has it mapped never sees the guest's private value.
   */
  @Test
  void aPageThatWasTakenBackIsSeenByNobody() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger mapped = new AtomicInteger();
    Callable<Integer> backend =
        () -> {
          int seen = 0;
          GrantAccess dom0 = guest.access();
          while (!done.get()) {
            try (GrantMapping mapping = dom0.map(GREF, Access.READ_WRITE)) {
              mapped.incrementAndGet();
              for (int i = 0; i < 3; i++) {
                seen += mapping.page().getIntAcquire(0) == 666 ? 1 : 0;
              }
            } catch (GrantRefused refused) {
              Thread.onSpinWait();
            }
          }
          return seen;
        };
    List<Future<Integer>> backends = List.of(threads.submit(backend), threads.submit(backend));
    int revoked = 0;
    while (revoked < ROUNDS || mapped.get() < 1000) {
      guest.memory.putIntRelease(4 * 4096, 1);
      guest.grant(GREF, Domid.DOM0, 4, 0);
      while (!guest.endAccess(GREF)) {
        Thread.onSpinWait();
      }
      revoked++;
      guest.memory.putIntRelease(4 * 4096, 666);
    }
    done.set(true);
    for (Future<Integer> result : backends) {
      assertThat(result.get()).as("private values seen").isZero();
    }
    assertThat(guest.table.activeMappings()).isZero();
  }

  @Test
  void aGuestThatScribblesOverItsTableStallsNoBackend() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Future<?> scribbler =
        threads.submit(
            () -> {
              for (int i = 0; !done.get(); i++) {
                int header = GrantEntry.header(i & 0x1f | GrantEntry.PERMIT_ACCESS, i >> 5 & 1);
                guest.memory.putIntRelease(Granter.entry(GREF), header);
              }
            });
    GrantAccess dom0 = guest.access();
    int mapped = 0;
    for (int i = 0; i < ROUNDS; i++) {
      try (GrantMapping mapping = dom0.map(GREF, Access.READ_WRITE)) {
        mapping.page().putInt(0, i);
        mapped++;
      } catch (GrantRefused refused) {
        assertThat(refused.status().code()).isNegative();
      }
    }
    done.set(true);
    scribbler.get();
    assertThat(mapped).as("some got through").isPositive();
    assertThat(guest.table.activeMappings()).isZero();
  }

  @Test
  void theLastMappingOfADyingGranterIsToldExactlyOnce() throws Exception {
    for (int round = 0; round < 200; round++) {
      try (Granter dying = new Granter()) {
        dying.grant(GREF, Domid.DOM0, 4, 0);
        GrantAccess dom0 = dying.access();
        AtomicInteger told = new AtomicInteger();
        Callable<Void> backend =
            () -> {
              List<GrantMapping> held = new ArrayList<>();
              try {
                while (true) {
                  held.add(dom0.map(GREF, Access.READ_ONLY));
                  if (held.size() == 3) {
                    held.removeFirst().close();
                  }
                }
              } catch (GrantRefused refused) {
                assertThat(told).as("told with mappings left").hasValueLessThanOrEqualTo(0);
                held.forEach(GrantMapping::close);
              }
              return null;
            };
        Future<Void> one = threads.submit(backend);
        while (dying.table.activeMappings() == 0) {
          Thread.onSpinWait();
        }
        dying.table.kill(told::incrementAndGet);
        one.get();
        assertThat(told).hasValue(1);
      }
    }
  }
}
