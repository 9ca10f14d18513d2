package io.xengarden.machine.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Runs this package's jcstress tests: briefly, in one JVM configuration, in every build; {@code mvn
 * -Pjcstress -pl machine test -Dtest=StressTest} runs them in all configurations.
 */
class StressTest {
  /** Replaces {@link #BRIEFLY}; what {@code -h} of jcstress lists. */
  private static final String ARGUMENTS_PROPERTY = "jcstress.arguments";

  private static final String BRIEFLY =
      "-m quick -f 1 -iters 1 -time 100 -sc false -jvmArgs -Xmx512m";

  private static final Path FOLDER = Path.of("target", "jcstress").toAbsolutePath();

  @Test
  void noForbiddenOutcomeIsSeen() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    Path output = FOLDER.resolve("output.txt");
    Process jcstress =
        new ProcessBuilder(command())
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int exit = jcstress.waitFor();
    String said = Files.readString(output);
    assertThat(exit).as(said).isZero();
    assertThat(said).contains("0 failed, 0 soft errs, 0 hard errs");
    if (System.getProperty(ARGUMENTS_PROPERTY) == null) {
      assertThat(said).contains(" " + stressTests() + " passed, 0 failed");
    }
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath()));
    command.addAll(List.of("org.openjdk.jcstress.Main", "-r", "report"));
    command.addAll(List.of("-jvmArgsPrepend", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of(System.getProperty(ARGUMENTS_PROPERTY, BRIEFLY).split(" ")));
    return command;
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  /** As many as there are classes with a harness that the annotation processor made. */
  private static long stressTests() throws IOException {
    Path classes = Path.of("target", "test-classes", "io", "xengarden", "machine", "stress");
    try (Stream<Path> files = Files.list(classes)) {
      return files.filter(file -> file.toString().endsWith("_jcstress.class")).count();
    }
  }
}
