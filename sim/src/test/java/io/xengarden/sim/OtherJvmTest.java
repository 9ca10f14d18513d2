package io.xengarden.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A seed found on one machine must replay on another: other collector, compiler, hash codes. */
class OtherJvmTest {
  private static final long SEED = 20;

  /** Prints the fingerprint of a run, for {@link #aFingerprintIsTheSameInAnotherJvm}. */
  public static void main(String[] arguments) {
    System.out.println("fingerprint " + fingerprint());
  }

  private static String fingerprint() {
    Simulation simulation = new Simulation(SEED, MailboxOrder.PER_SENDER);
    Gossip.play(simulation, Duration.ofSeconds(20));
    simulation.close();
    return Long.toHexString(simulation.fingerprint());
  }

  @Test
  void aFingerprintIsTheSameInAnotherJvm() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:hashCode=2",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                OtherJvmTest.class.getName()));
    Process other = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(other.waitFor()).as(output).isZero();
    assertThat(output).contains("fingerprint " + fingerprint());
  }
}
