package io.xengarden.domain.vcpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlarmTest {
  private final List<Long> delays = new ArrayList<>();
  private final Alarm alarm =
      new Alarm(0, Alarm.Kind.SINGLESHOT, (vcpu, kind, delay) -> delays.add(delay));

  @Test
  void aLaterDeadlineStartsNoHostTimerUntilTheEarlierRings() {
    alarm.set(100, 0);
    alarm.set(250, 10);

    assertThat(delays).containsExactly(100L);
    assertThat(alarm.rang(100)).isFalse();
    assertThat(delays).containsExactly(100L, 150L);
    assertThat(alarm.rang(250)).isTrue();
    assertThat(alarm.rang(300)).as("it was taken").isFalse();
  }

  @Test
  void anEarlierDeadlineStartsAHostTimer() {
    alarm.set(100, 0);
    alarm.set(50, 0);

    assertThat(delays).containsExactly(100L, 50L);
    assertThat(alarm.rang(50)).isTrue();
  }

  @Test
  void aClearedAlarmRingsForNothing() {
    alarm.set(100, 0);
    alarm.clear();

    assertThat(alarm.rang(100)).isFalse();
    assertThat(delays).containsExactly(100L);
  }

  @Test
  void aDeadlineBeyondTheLongestDelayIsReachedInSteps() {
    long year = 365 * Alarm.LONGEST_DELAY_NS;
    alarm.set(year, 0);

    assertThat(delays).containsExactly(Alarm.LONGEST_DELAY_NS);
    assertThat(alarm.rang(Alarm.LONGEST_DELAY_NS)).isFalse();
    assertThat(delays).hasSize(2);
    assertThat(alarm.takeDue(year)).isTrue();
  }

  @Test
  void aDeadlineSeenByALookIsTakenOnce() {
    alarm.set(100, 0);

    assertThat(alarm.takeDue(99)).isFalse();
    assertThat(alarm.takeDue(100)).isTrue();
    assertThat(alarm.rang(100)).isFalse();
  }
}
