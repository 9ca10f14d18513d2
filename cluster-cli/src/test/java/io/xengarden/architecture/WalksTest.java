package io.xengarden.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/walks lead through classes that exist, in an order in which they hang together. */
class WalksTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.xengarden");
  private static final Path WALKS =
      Sources.ofThisRepository().repository().resolve("docs").resolve("walks");

  private static Walk diskWrite() throws IOException {
    return new Walk(Files.readString(WALKS.resolve("disk-write.md")));
  }

  @Test
  void everyClassThatAWalkNamesExists() throws IOException {
    try (Stream<Path> files = Files.list(WALKS)) {
      for (Path file : files.sorted().toList()) {
        Walk walk = new Walk(Files.readString(file));
        assertThat(walk.names()).as("%s names classes", file).isNotEmpty();
        assertThat(walk.unknownNames(CLASSES)).as("in %s", file).isEmpty();
      }
    }
  }

  @Test
  void aDiskWriteGoesFromTheProgramToTheImageAndBack() throws IOException {
    Walk walk = diskWrite();
    assertThat(walk.gaps(CLASSES)).isEmpty();
    assertThat(walk.names())
        .as("the stations that no disk write can miss, in order")
        .containsSubsequence(
            "Diskcheck",
            "BlockRequest",
            "Grefs",
            "BlkifRing",
            "FrontRing",
            "EventChannels",
            "VbdBackend",
            "Blkback",
            "RequestCopy",
            "GrantTable",
            "BlockImage",
            "Completions",
            "ResponseWriter",
            "EventInbox",
            "domain.Domain",
            "Upcall",
            "BlockEvents");
  }

  /** The walk itself, with one thing wrong at a time. */
  @Test
  void aWrongNameAnAmbiguousOneAndASwapAreFound() throws IOException {
    String text = diskWrite().text();
    assertThat(new Walk(text.replace("`Blkback`", "`Blockback`")).unknownNames(CLASSES))
        .containsExactly("Blockback is 0 classes");
    assertThat(new Walk("A `Vcpu`, not `kernel.Vcpu`.").unknownNames(CLASSES))
        .singleElement()
        .asString()
        .startsWith("Vcpu is ");
    assertThat(new Walk("1. `Diskcheck`\n2. `GrantTable`\n4. `GrantAccess`").gaps(CLASSES))
        .isEqualTo(List.of("step 1 does not lead to step 2", "step 3 is numbered 4"));
  }
}
