package io.xengarden.domain.pebble.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordsTest {
  private final HostMemory host = HostMemory.ofFrames(Layout.PAGES);
  private final GuestMemory memory = new GuestMemory(host);

  @BeforeEach
  void map() {
    memory.map(0, 0, Layout.PAGES);
  }

  @AfterEach
  void close() {
    host.close();
  }

  @Test
  void recordsDoNotOverlap() {
    assertThat(Layout.EXTENTS + 16 * (Layout.EXTENT_COUNT + 1)).isLessThanOrEqualTo(Layout.VCPUS);
    assertThat(Layout.vcpu(Layout.VCPU_COUNT)).isLessThanOrEqualTo(Layout.PORTS);
    assertThat(Layout.PORTS + (long) Layout.PORT_COUNT * Layout.PORT_SIZE)
        .isLessThanOrEqualTo(Layout.STORE);
    assertThat(Layout.STORE + Layout.STORE_SIZE).isLessThanOrEqualTo(Layout.TTY_LINES);
    assertThat(Layout.TTY_LINES + 2L * Layout.TTY_LINE_SIZE).isLessThanOrEqualTo(Layout.VBDS);
    assertThat(Layout.vbd(Layout.VBD_COUNT)).isLessThanOrEqualTo(Layout.VIFS);
    assertThat(Layout.vif(Layout.VIF_COUNT))
        .isLessThanOrEqualTo(Layout.task(Layout.TASK_COUNT - 1));
    assertThat(Layout.task(0) + Layout.TASK_SIZE).isEqualTo(Layout.LOG);
    assertThat(Layout.END).isLessThanOrEqualTo((long) Layout.PAGES << 12);
  }

  @Test
  void theHeaderBeginsWithMagicAndFormat() {
    new KernelState(memory).format(new Random(1));
    assertThat(new String(memory.read(0, 8), StandardCharsets.US_ASCII)).isEqualTo("PEBBLEKN");
    assertThat(memory.getInt(8)).isEqualTo(Layout.FORMAT);
  }

  @Test
  void theBootIdIsARandomUuid() {
    KernelState state = new KernelState(memory);
    state.format(new Random(1));
    assertThat(state.bootId().version()).isEqualTo(4);
    assertThat(state.bootId().variant()).isEqualTo(2);
    state.format(new Random(2));
    KernelState other = new KernelState(memory);
    assertThat(other.bootId()).isNotEqualTo(new java.util.UUID(0, 0));
  }

  @Test
  void randomNumbersGoOnFromTheirPage() {
    KernelState state = new KernelState(memory);
    state.format(new Random(1));
    long first = state.nextRandom();
    long second = new KernelState(memory).nextRandom();
    assertThat(second).isNotEqualTo(first);
    state.format(new Random(1));
    assertThat(new KernelState(memory).nextRandom()).isEqualTo(first);
    assertThat(new KernelState(memory).nextRandom()).isEqualTo(second);
  }

  @Test
  void callsNestAndReturnWithTheirLocals() {
    Task task = new Task(memory, Layout.task(0));
    task.enter(0x100, 2);
    task.local(0, 11);
    task.local(1, 12);
    task.enter(0x200, 3, 21, 22);
    assertThat(task.local(0)).isEqualTo(21);
    assertThat(task.local(1)).isEqualTo(22);
    assertThat(task.local(2)).as("not an argument: zero").isZero();
    assertThatThrownBy(() -> task.local(3)).isInstanceOf(IllegalStateException.class);
    assertThat(task.leave()).isEqualTo(0x200);
    assertThat(task.local(0)).isEqualTo(11);
    assertThat(task.local(1)).isEqualTo(12);
    assertThat(task.leave()).isEqualTo(0x100);
  }

  @Test
  void aStackThatIsTooDeepIsRefused() {
    Task task = new Task(memory, Layout.task(0));
    assertThatThrownBy(
            () -> {
              for (int i = 0; i <= Task.STACK_LONGS; i++) {
                task.enter(0x100, 3);
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("stack overflow");
  }

  @Test
  void theLogKeepsItsLastLines() {
    KernelLog log = new KernelLog(memory);
    log.add(1_234_567_890_123L, "hello");
    assertThat(text(log)).isEqualTo("[ 1234.567890] hello\n");
    for (int i = 0; i < 2000; i++) {
      log.add(i * 1_000_000L, "line " + i);
    }
    assertThat(text(log)).startsWith("[ ").endsWith("[    1.999000] line 1999\n");
    assertThat(log.end() - log.begin()).isBetween(Layout.LOG_SIZE - 100L, (long) Layout.LOG_SIZE);
    assertThat(text(log).lines()).allMatch(line -> line.matches("\\[ {4}\\d\\.\\d{6}] line \\d+"));
  }

  @Test
  void aLogLineIsOneLine() {
    KernelLog log = new KernelLog(memory);
    log.add(0, "evil\n[    0.000000] forged\u001b[2J" + "x".repeat(1000));
    assertThat(text(log).lines()).hasSize(1);
    assertThat(log.end()).isLessThan(KernelLog.TEXT_MAX + 20);
  }

  private static String text(KernelLog log) {
    return new String(log.read(log.begin(), Layout.LOG_SIZE), StandardCharsets.UTF_8);
  }
}
