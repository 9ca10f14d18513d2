package io.xengarden.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** STYLE.md: classes are mostly under 350 lines; past this, no excuse is good. */
  private static final int MAX_LINES = 500;

  /** To be split. Exact, so that they may not grow, and leave this list as soon as they shrink. */
  private static final List<String> OUTGROWN =
      List.of(
          "node-daemon/src/main/java/io/xengarden/node/relocation/migration/MigrationSource.java:"
              + " 636 lines",
          "node-daemon/src/main/java/io/xengarden/node/relocation/migration/MigrationTarget.java:"
              + " 587 lines");

  /** Above this module, so not on its class path. */
  private static final String BENCHMARKS = "io.xengarden.benchmarks";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.xengarden");

  private final Sources sources = Sources.ofThisRepository();

  @Test
  void everyModuleKnowsOnlyWhatTheDesignAllows() {
    assertThat(Modules.XENGARDEN.violations(CLASSES)).isEmpty();
  }

  @Test
  void timeChanceThreadsAndFilesAreInputs() {
    assertThat(Determinism.violations(CLASSES)).isEmpty();
  }

  /** A module that is not on the class path would pass every rule. */
  @Test
  void everyModuleIsLookedAt() throws IOException {
    List<String> roots = sources.rootPackages();
    assertThat(roots).contains("io.xengarden.machine", "io.xengarden.abi", "io.xengarden.sim");
    for (String root : roots) {
      if (!root.equals(BENCHMARKS)) {
        assertThat(CLASSES)
            .as("classes of %s on the class path of this test", root)
            .extracting(JavaClass::getPackageName)
            .anyMatch(name -> name.equals(root) || name.startsWith(root + "."));
      }
    }
  }

  @Test
  void theCoreOfXenstoreIsPlainJava() {
    assertThat(CLASSES)
        .filteredOn(type -> type.getPackageName().startsWith("io.xengarden.xenstore."))
        .flatExtracting(JavaClass::getDirectDependenciesFromSelf)
        .extracting(dependency -> dependency.getTargetClass().getName())
        .noneMatch(name -> name.startsWith("akka."));
  }

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    assertThat(sources.undocumentedPackages()).isEmpty();
  }

  @Test
  void noClassOutgrowsItsReader() throws IOException {
    assertThat(sources.longerThan(MAX_LINES)).isSubsetOf(OUTGROWN);
  }

  @Test
  void noSpecCanBeDroppedInSilence() throws IOException {
    assertThat(sources.modulesWithUnguardedSpecs()).isEmpty();
  }
}
