package io.xengarden.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.xengarden.architecture.fixture.Calm;
import io.xengarden.architecture.fixture.FixtureMain;
import io.xengarden.architecture.fixture.Restless;
import io.xengarden.architecture.fixture.adapter.RealClock;
import io.xengarden.architecture.fixture.lower.Lower;
import io.xengarden.architecture.fixture.upper.Upper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A rule that finds nothing in the code must find something in the fixtures. */
class RulesCanFailTest {
  private static final String FIXTURE = "io.xengarden.architecture.fixture";
  private static final JavaClasses RESTLESS =
      new ClassFileImporter().importPackages(Restless.class.getPackageName());

  private static JavaClasses only(Class<?>... types) {
    return new ClassFileImporter().importClasses(types);
  }

  static List<Determinism.Ban> bans() {
    return Determinism.BANS;
  }

  @ParameterizedTest
  @MethodSource("bans")
  void everyBanFindsItsFixture(Determinism.Ban ban) {
    assertThat(RESTLESS)
        .filteredOn(type -> type.getName().startsWith(Restless.class.getName()))
        .flatExtracting(type -> Determinism.violations(type, ban))
        .as(ban.what())
        .isNotEmpty();
  }

  /** Each line of {@link Restless} that breaks the law, counted by the method that holds it. */
  @Test
  void everyWayToBreakTheLawIsFound() {
    List<String> found = Determinism.violations(only(Restless.class, restlessBuilder()));
    assertFound(found, "clocks", 6);
    assertFound(found, "chances", 5);
    assertFound(found, "identity", 1);
    assertFound(found, "pools", 3);
    assertFound(found, "hashed", 5);
    assertFound(found, "asks", 1);
    assertFound(found, "limits", 1);
    assertFound(found, "createReceive", 1);
    assertFound(found, "on", 1);
    assertThat(found)
        .anyMatch(line -> line.contains("uses java.lang.Thread:"))
        .anyMatch(line -> line.contains("uses java.util.concurrent.Executors:"))
        .anyMatch(line -> line.contains("uses java.util.HashMap:"))
        .anyMatch(line -> line.contains("uses java.util.HashSet:"))
        .anyMatch(line -> line.contains("uses java.security.SecureRandom:"))
        .anyMatch(line -> line.contains("uses java.util.concurrent.ThreadLocalRandom:"))
        .anyMatch(line -> line.contains("uses java.nio.file.Files:"))
        .anyMatch(line -> line.contains("uses java.net.Socket:"));
  }

  private static Class<?> restlessBuilder() {
    return Restless.class.getNestMembers()[1];
  }

  private static void assertFound(List<String> found, String method, int lines) {
    assertThat(found)
        .filteredOn(line -> line.matches(".*\\." + method + " \\(.*"))
        .as("violations in %s", method)
        .hasSize(lines);
  }

  @Test
  void theAllowedWaysPass() {
    assertThat(Determinism.violations(only(Calm.class))).isEmpty();
  }

  @Test
  void adaptersAndMainClassesMay() {
    JavaClasses main = only(FixtureMain.class, FixtureMain.class.getNestMembers()[1]);
    assertThat(main).extracting(JavaClass::getSimpleName).contains("FixtureMain", "Nested");
    assertThat(Determinism.violations(main)).isEmpty();
    assertThat(Determinism.violations(only(RealClock.class))).isEmpty();
  }

  @Test
  void aDependencyUpwardsAndAForeignLibraryAreFound() {
    Modules modules =
        new Modules(
            List.of(
                new Modules.Module(FIXTURE + ".lower", List.of(), List.of()),
                new Modules.Module(FIXTURE + ".upper", List.of(FIXTURE + ".lower"), List.of())));
    assertThat(modules.violations(only(Lower.class, Upper.class)))
        .containsExactly(
            Lower.class.getName() + " knows " + Upper.class.getName(),
            Lower.class.getName() + " knows org.assertj.core.api.Assertions");
    assertThat(modules.violations(only(Calm.class)))
        .containsExactly(Calm.class.getName() + " is in no module of the table");
  }

  @Test
  void anUndocumentedPackageAndALongClassAreFound(@TempDir Path repository) throws IOException {
    Path module = repository.resolve("module/src/main/java/io/xengarden/module");
    Files.createDirectories(module.resolve("inner"));
    Files.writeString(module.resolve("package-info.java"), "package io.xengarden.module;");
    Files.writeString(module.resolve("inner/Long.java"), "\n".repeat(11));
    Sources sources = new Sources(repository);
    assertThat(sources.undocumentedPackages())
        .containsExactly(Path.of("module/src/main/java/io/xengarden/module/inner"));
    assertThat(sources.longerThan(10)).hasSize(1);
    assertThat(sources.longerThan(11)).isEmpty();
    assertThat(sources.rootPackages()).containsExactly("io.xengarden.module");
  }

  @Test
  void specsThatNobodyGuardsAreFound(@TempDir Path repository) throws IOException {
    Path tests = Files.createDirectories(repository.resolve("module/src/test/java"));
    Path specs = Files.createDirectories(repository.resolve("module/src/test/scala"));
    Sources sources = new Sources(repository);
    assertThat(sources.modulesWithUnguardedSpecs()).isEmpty();
    Files.writeString(specs.resolve("LifeSpec.scala"), "class LifeSpec");
    assertThat(sources.modulesWithUnguardedSpecs()).containsExactly(Path.of("module"));
    Files.writeString(tests.resolve("GuardTest.java"), "SpecGuard.makeEverySpec(LifeSpec.class);");
    assertThat(sources.modulesWithUnguardedSpecs()).isEmpty();
  }
}
