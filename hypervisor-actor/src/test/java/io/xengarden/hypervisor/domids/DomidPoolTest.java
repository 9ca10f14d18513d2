package io.xengarden.hypervisor.domids;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.hypervisor.domids.DomidPool.Availability;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DomidPoolTest {
  private static final long GUARD = DomidPool.REUSE_GUARD.toNanos();
  private static final int LAST = 0x7FEF;

  private final DomidPool pool = new DomidPool();

  @Test
  void idsGoUpFromOneAndAreNotReusedWhileThereAreUnusedOnes() {
    assertThat(next(0)).isEqualTo(1);
    assertThat(next(0)).isEqualTo(2);
    pool.release(1, 0);
    pool.release(2, 0);
    assertThat(next(10 * GUARD)).isEqualTo(3);
  }

  @Test
  void afterTheLastIdComesTheFirstFreeOne() {
    takeAll();
    pool.release(7, 0);
    pool.release(9, 0);
    assertThat(next(GUARD)).isEqualTo(7);
    assertThat(next(GUARD)).isEqualTo(9);
    assertThat(pool.takeNext(GUARD)).as("all in use").isEqualTo(OptionalInt.empty());
  }

  @Test
  void aReleasedIdIsNotGivenForSixtySeconds() {
    takeAll();
    pool.release(7, 0);
    pool.release(5, GUARD - 1);
    assertThat(pool.availability(7, GUARD - 1)).isEqualTo(Availability.RECENTLY_USED);
    assertThat(pool.availability(7, GUARD)).isEqualTo(Availability.FREE);
    assertThat(next(GUARD)).as("the one whose time has passed").isEqualTo(7);
  }

  @Test
  void whenEveryFreeIdIsRecentTheOneReleasedFirstIsTaken() {
    takeAll();
    pool.release(9, 0);
    pool.release(7, 1);
    pool.release(8, 2);
    assertThat(next(3)).isEqualTo(9);
    assertThat(next(3)).isEqualTo(7);
  }

  @Test
  void aChosenIdDoesNotMoveNextFit() {
    pool.take(100);
    assertThat(next(0)).isEqualTo(1);
    assertThat(pool.availability(100, 0)).isEqualTo(Availability.IN_USE);
  }

  @Test
  void nextFitStepsOverChosenIds() {
    pool.take(1);
    pool.take(2);
    assertThat(next(0)).isEqualTo(3);
  }

  @Test
  void reservedIdsAreNoGuests() {
    assertThat(pool.availability(0, 0)).isEqualTo(Availability.NOT_A_GUEST);
    assertThat(pool.availability(0x7FF0, 0)).isEqualTo(Availability.NOT_A_GUEST);
    assertThat(pool.availability(-1, 0)).isEqualTo(Availability.NOT_A_GUEST);
    assertThat(pool.availability(LAST, 0)).isEqualTo(Availability.FREE);
  }

  private int next(long now) {
    return pool.takeNext(now).orElseThrow();
  }

  private void takeAll() {
    for (int id = 1; id <= LAST; id++) {
      assertThat(next(0)).isEqualTo(id);
    }
  }
}
