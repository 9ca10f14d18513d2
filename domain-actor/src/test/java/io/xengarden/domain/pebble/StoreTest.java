package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.machine.Memory;
import io.xengarden.machine.PageView;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreTest {
  private final Bench bench = new Bench(Bench.Setup.plain());

  @AfterEach
  void close() {
    bench.close();
  }

  private PageView page() {
    return bench.storePage();
  }

  private void answer(byte[] bytes) {
    XenstoreRing.writeResponse(page(), 0, bytes, 0, bytes.length);
    bench.raise(1).raise();
    bench.run(1_000_000);
  }

  private void assertLivesOn() {
    assertThat(bench.command("echo alive")).isEqualTo("alive\n");
  }

  @Test
  void aMessageOfManyPiecesIsOneMessage() {
    bench.awaitPrompt();
    // A watch event for the disks that are there: none, so nothing happens but a look.
    byte[] event = new XenstoreMessage(15, 0, 0, "device\0000\0".getBytes()).toBytes();
    for (byte b : event) {
      answer(new byte[] {b});
    }
    assertLivesOn();
  }

  @Test
  void aMessageThatIsTooLongBreaksTheConnectionOnly() {
    bench.awaitPrompt();
    byte[] header = new byte[16];
    header[14] = 1;
    answer(header);
    assertThat(bench.command("dmesg"))
        .contains("xenstore connection is broken: a message of 65536");
    assertLivesOn();
  }

  @Test
  void indicesThatCannotBeBreakTheConnectionOnly() {
    bench.awaitPrompt();
    page().putInt(XenstoreRing.RSP_PROD, 0x4000_0000);
    bench.raise(1).raise();
    bench.run(1_000_000);
    assertThat(bench.command("dmesg")).contains("xenstore connection is broken: indices");
    assertLivesOn();
  }

  @Test
  void repliesToNobodyAndForgedEventsAreLeftOut() {
    bench.awaitPrompt();
    answer(new XenstoreMessage(2, 4711, 0, new byte[500]).toBytes());
    answer(new XenstoreMessage(15, 0, 0, "x".getBytes()).toBytes());
    answer(new XenstoreMessage(15, 0, 0, "a\00099\0".getBytes()).toBytes());
    answer(new XenstoreMessage(15, 0, 0, "a\0-1\0".getBytes()).toBytes());
    answer(new XenstoreMessage(99, -1, -1, new byte[0]).toBytes());
    answer(new XenstoreMessage(15, 0, 0, ("p".repeat(900) + "\0001\0").getBytes()).toBytes());
    assertLivesOn();
  }

  @Test
  void randomBytesHurtNobody() {
    for (int seed = 0; seed < 60; seed++) {
      try (Bench fuzzed = new Bench(Bench.Setup.plain())) {
        fuzzed.awaitPrompt();
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
          byte[] bytes = new byte[random.nextInt(400)];
          random.nextBytes(bytes);
          boolean plausible = random.nextBoolean();
          if (plausible && bytes.length > 16) {
            // A length that fits, so that some messages end.
            bytes[12] = (byte) random.nextInt(64);
            bytes[13] = bytes[14] = bytes[15] = 0;
          }
          if (ringIsSound(fuzzed)) {
            XenstoreRing.writeResponse(fuzzed.storePage(), 0, bytes, 0, bytes.length);
          }
          fuzzed.raise(1).raise();
          fuzzed.run(1_000_000);
          if (random.nextInt(10) == 0) {
            fuzzed
                .storePage()
                .putInt(Memory.PAGE_SIZE / 2 + 4 * random.nextInt(8), random.nextInt());
          }
        }
        assertThat(fuzzed.command("echo alive")).as("seed %d", seed).isEqualTo("alive\n");
      }
    }
  }

  private static boolean ringIsSound(Bench bench) {
    PageView page = bench.storePage();
    int used = page.getInt(XenstoreRing.RSP_PROD) - page.getInt(XenstoreRing.RSP_CONS);
    return used >= 0 && used <= XenstoreRing.SIZE;
  }

  @Test
  void aStoreThatIsSlowHoldsNothingElseUp() {
    bench.storeServed = false;
    bench.run(11_000_000_000L);
    assertThat(bench.atPrompt()).as("a shell without xenstore").isTrue();
    assertLivesOn();
    bench.storeServed = true;
    bench.raiseStore();
    bench.run(10_000_000);
    assertThat(bench.command("cat /proc/sys/kernel/hostname")).isEqualTo("web\n");
  }
}
