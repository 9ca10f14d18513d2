package io.xengarden.node.image.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SaveFileTest {
  @TempDir Path folder;

  @Test
  void aSaveIsInPlaceAfterItsCommitOnly() throws IOException {
    Path target = folder.resolve("web.xlsave");
    try (SaveFile file = SaveFile.create(target)) {
      file.append(bytes("Xen "));
      file.append(bytes("saved"));
      assertThat(target).doesNotExist();

      file.commit();

      assertThat(target).hasContent("Xen saved");
    }
    assertThat(target).hasContent("Xen saved");
    assertThat(names()).containsExactly("web.xlsave");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .as("a guest's memory is its owner's business")
        .isEqualTo("rw-------");
  }

  @Test
  void anOlderFileStaysWholeUntilItIsReplaced() throws IOException {
    Path target = folder.resolve("web.xlsave");
    Files.writeString(target, "old");
    try (SaveFile file = SaveFile.create(target)) {
      file.append(bytes("new"));
      assertThat(target).hasContent("old");
      file.commit();
    }
    assertThat(target).hasContent("new");
    assertThat(names()).containsExactly("web.xlsave");
  }

  @Test
  void aSaveThatIsGivenUpLeavesNothing() throws IOException {
    Path target = folder.resolve("web.xlsave");
    Files.writeString(target, "old");
    try (SaveFile file = SaveFile.create(target)) {
      file.append(bytes("half"));
    }
    assertThat(target).hasContent("old");
    assertThat(names()).containsExactly("web.xlsave");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "/dev/full is Linux's")
  void aFullDiskLeavesNothing() throws IOException {
    Path target = folder.resolve("web.xlsave");
    SaveFile.Opener full =
        temporary -> FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
    try (SaveFile file = SaveFile.create(target, full)) {
      assertThatThrownBy(() -> file.append(bytes("x")))
          .isInstanceOf(IOException.class)
          .hasMessage("cannot save to " + target + ": No space left on device");
      ByteBuffer chunk = file.chunks().allocate();
      chunk.put((byte) 1).flip();
      assertThatThrownBy(() -> file.chunks().take(chunk))
          .isInstanceOf(UncheckedIOException.class)
          .hasRootCauseMessage("No space left on device");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void aFileThatCannotBeOpenedLeavesNothing() throws IOException {
    Path target = folder.resolve("web.xlsave");
    SaveFile.Opener failing =
        temporary -> {
          throw new IOException("Input/output error");
        };
    assertThatThrownBy(() -> SaveFile.create(target, failing))
        .hasMessage("cannot save to " + target + ": Input/output error");
    assertThat(names()).isEmpty();
  }

  @Test
  void aFailedRenameLeavesNothing() throws IOException {
    Path target = folder.resolve("web.xlsave");
    try (SaveFile file = SaveFile.create(target)) {
      Files.createDirectory(target);
      Files.writeString(target.resolve("kept"), "x");
      assertThatThrownBy(file::commit)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot save to " + target + ": ");
    }
    assertThat(names()).containsExactly("web.xlsave");
    assertThat(target.resolve("kept")).exists();
  }

  @Test
  void placesThatCannotHoldAFileAreNamed() throws IOException {
    Path missing = folder.resolve("missing").resolve("web.xlsave");
    assertThatThrownBy(() -> SaveFile.create(missing))
        .hasMessage("cannot save to " + missing + ": No such file or directory");
    assertThatThrownBy(() -> SaveFile.create(folder))
        .hasMessage("cannot save to " + folder + ": Is a directory");
    assertThatThrownBy(() -> SaveFile.create(Path.of("/")))
        .hasMessage("cannot save to /: Is a directory");
    Path inFile = Files.writeString(folder.resolve("f"), "").resolve("web.xlsave");
    assertThatThrownBy(() -> SaveFile.create(inFile))
        .hasMessage("cannot save to " + inFile + ": Not a directory");
    assertThat(names()).containsExactly("f");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "/proc and /dev are Linux's")
  void specialPlacesAreRefused() {
    assertThatThrownBy(() -> SaveFile.create(Path.of("/dev/null")))
        .hasMessage("cannot save to /dev/null: Not a regular file");
    assertThatThrownBy(() -> SaveFile.create(Path.of("/proc/web.xlsave")))
        .as("a folder that takes no files, not even root's")
        .isInstanceOf(IOException.class)
        .message()
        .matches("cannot save to /proc/web.xlsave: [A-Z][^\\n/]+");
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path real = Files.createDirectory(folder.resolve("saves")).resolve("web.xlsave");
    Files.writeString(real, "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    try (SaveFile file = SaveFile.create(link)) {
      file.append(bytes("new"));
      file.commit();
    }
    assertThat(link).isSymbolicLink();
    assertThat(real).hasContent("new");

    Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("gone"));
    assertThatThrownBy(() -> SaveFile.create(dangling))
        .hasMessage("cannot save to " + dangling + ": No such file or directory");
  }

  @Test
  void savedBytesAreReadBack() throws IOException {
    Path target = folder.resolve("web.xlsave");
    try (SaveFile file = SaveFile.create(target)) {
      file.append(bytes("0123456789"));
      file.commit();
    }
    try (RestoreFile file = RestoreFile.open(target)) {
      ByteBuffer buffer = ByteBuffer.allocate(6);
      assertThat(file.name()).isEqualTo(target.toString());
      assertThat(file.read(buffer)).isTrue();
      assertThat(StandardCharsets.US_ASCII.decode(buffer).toString()).isEqualTo("012345");
      assertThat(file.read(buffer)).isTrue();
      assertThat(StandardCharsets.US_ASCII.decode(buffer).toString()).isEqualTo("6789");
      assertThat(file.read(buffer)).isFalse();
      assertThat(buffer.hasRemaining()).isFalse();
    }
  }

  @Test
  void filesThatCannotBeReadAreNamed() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> RestoreFile.open(missing))
        .hasMessage("cannot restore from " + missing + ": No such file or directory");
    assertThatThrownBy(() -> RestoreFile.open(folder))
        .hasMessage("cannot restore from " + folder + ": Is a directory");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
