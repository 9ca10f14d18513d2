package io.xengarden.storage.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImage.IoDone;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.storage.BlockImages.OpenDone;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBlockImagesTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path folder;
  private final FileBlockImages images = new FileBlockImages();

  private Path file(int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(content);
    return Files.write(folder.resolve("disk"), content);
  }

  private BlockImage open(Object target, Access access) throws Exception {
    CompletableFuture<BlockImage> opened = new CompletableFuture<>();
    images.open(
        target.toString(),
        access,
        new OpenDone() {
          @Override
          public void opened(BlockImage image) {
            opened.complete(image);
          }

          @Override
          public void failed(IOException failure) {
            opened.completeExceptionally(failure);
          }
        });
    return opened.get(30, TimeUnit.SECONDS);
  }

  /** Waits for one operation. */
  private static void await(Consumer<IoDone> operation) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    operation.accept(
        failure -> {
          if (failure == null) {
            done.complete(null);
          } else {
            done.completeExceptionally(failure);
          }
        });
    done.get(30, TimeUnit.SECONDS);
  }

  private void assertRefused(Object target, Access access, String message) {
    assertThatThrownBy(() -> await(done -> images.check(target.toString(), access, done)))
        .as("checking")
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessage(message);
    assertThatThrownBy(() -> open(target, access))
        .as("opening")
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessage(message);
  }

  @Test
  void whatIsWrittenIsReadAndIsInTheFile() throws Exception {
    Path file = file(SIZE);
    byte[] expected = Files.readAllBytes(file);
    BlockImage image = open(file, Access.READ_WRITE);
    byte[] written = new byte[8192];
    Arrays.fill(written, (byte) 7);
    await(done -> image.write(4096, ByteBuffer.wrap(written), done));
    ByteBuffer read = ByteBuffer.allocateDirect(16384);
    await(done -> image.read(0, read, done));
    System.arraycopy(written, 0, expected, 4096, written.length);
    assertThat(read.hasRemaining()).as("all was read").isFalse();
    byte[] bytes = new byte[16384];
    read.flip().get(bytes);
    assertThat(bytes).isEqualTo(Arrays.copyOf(expected, 16384));
    await(image::flush);
    image.close();
    assertThat(Files.readAllBytes(file)).isEqualTo(expected);
  }

  @Test
  void manyOperationsAtOnceAllComplete() throws Exception {
    Path file = file(SIZE);
    byte[] content = Files.readAllBytes(file);
    BlockImage image = open(file, Access.READ_ONLY);
    for (int round = 0; round < 200; round++) {
      CountDownLatch left = new CountDownLatch(256);
      List<ByteBuffer> buffers = new ArrayList<>();
      for (int i = 0; i < 256; i++) {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        buffers.add(buffer);
        image.read(i * 4096L, buffer, _ -> left.countDown());
      }
      assertThat(left.await(30, TimeUnit.SECONDS)).as("round %s", round).isTrue();
      for (int i = 0; i < 256; i++) {
        assertThat(buffers.get(i).array())
            .isEqualTo(Arrays.copyOfRange(content, i * 4096, (i + 1) * 4096));
      }
    }
    image.close();
  }

  @Test
  void aSizeIsRoundedDownToSectors() throws Exception {
    assertThat(open(file(5 * 512 + 511), Access.READ_ONLY).sizeBytes()).isEqualTo(5 * 512);
    assertThat(open(file(511), Access.READ_ONLY).sizeBytes()).isZero();
  }

  @Test
  void checkingSaysNothingAboutAGoodFile() throws Exception {
    Path file = file(SIZE);
    await(done -> images.check(file.toString(), Access.READ_WRITE, done));
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("missing.img");
    assertRefused(missing, Access.READ_WRITE, missing + ": no such file");
    assertThat(missing).as("is not made").doesNotExist();
  }

  @Test
  void aFolderIsNoImage() {
    assertRefused(folder, Access.READ_ONLY, folder + ": neither a regular file nor a block device");
    assertRefused(
        "/dev/null", Access.READ_WRITE, "/dev/null: neither a regular file nor a block device");
  }

  @Test
  void aPathIsAbsolute() {
    assertRefused("disk.img", Access.READ_ONLY, "disk.img: not an absolute path");
    assertRefused("a\0b", Access.READ_ONLY, "a\0b: not a path");
  }

  @Test
  void aFileThatMayNotBeWrittenIsOnlyRead() throws Exception {
    Path file = file(SIZE);
    assumeThat(file.toFile().setReadOnly()).isTrue();
    assumeThat(Files.isWritable(file)).as("root may write anything").isFalse();
    assertRefused(file, Access.READ_WRITE, file + ": no permission to write it");
    open(file, Access.READ_ONLY).close();
  }

  @Test
  void whatTheMachineRefusesIsSaidInItsWords() {
    String running = ProcessHandle.current().info().command().orElseThrow();
    assertRefused(running, Access.READ_WRITE, running + ": Text file busy");
  }

  @Test
  void aFileThatHasBecomeShorterFailsTheRead() throws Exception {
    Path file = file(SIZE);
    BlockImage image = open(file, Access.READ_WRITE);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(4096);
    }
    assertThatThrownBy(() -> await(done -> image.read(2048, ByteBuffer.allocate(4096), done)))
        .hasRootCauseMessage("the image has become shorter than 4096 bytes");
    image.close();
  }

  @Test
  void closingWaitsForOperationsUnderWay() throws Exception {
    BlockImage image = open(file(SIZE), Access.READ_WRITE);
    AtomicInteger failures = new AtomicInteger();
    CountDownLatch left = new CountDownLatch(500);
    for (int i = 0; i < 500; i++) {
      image.write(
          i * 512L,
          ByteBuffer.allocate(512),
          failure -> {
            failures.addAndGet(failure == null ? 0 : 1);
            left.countDown();
          });
    }
    image.close();
    assertThat(left.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(failures).hasValue(0);
    assertThatThrownBy(() -> await(image::flush)).hasRootCauseMessage("the image is closed");
  }

  @Test
  void nothingIsTakenAfterClosingThoughSomethingIsUnderWay() throws Exception {
    List<Runnable> woken = new ArrayList<>();
    AtomicInteger done = new AtomicInteger();
    List<IOException> refused = new ArrayList<>();
    FileChannel channel = FileChannel.open(file(SIZE));
    BlockImage image = new FileBlockImage(channel, woken::add);
    image.read(0, ByteBuffer.allocate(512), _ -> done.incrementAndGet());
    image.close();
    image.close();
    image.flush(refused::add);
    assertThat(refused)
        .singleElement()
        .extracting(IOException::getMessage)
        .isEqualTo("the image is closed");
    woken.removeFirst().run();
    assertThat(done).as("what was under way").hasValue(1);
    assertThat(channel.isOpen()).isTrue();
    woken.removeFirst().run();
    assertThat(channel.isOpen()).isFalse();
    assertThat(woken).as("it is closed once").isEmpty();
  }

  @Test
  void aBurstWakesAsManyThreadsAsAnImageMayHaveAndOneOfThemIsEnough() throws Exception {
    List<Runnable> woken = new ArrayList<>();
    AtomicInteger done = new AtomicInteger();
    BlockImage image = new FileBlockImage(FileChannel.open(file(SIZE)), woken::add);
    image.read(0, ByteBuffer.allocate(512), _ -> done.incrementAndGet());
    assertThat(woken).hasSize(1);
    for (int i = 0; i < 2_000; i++) {
      image.read(0, ByteBuffer.allocate(512), _ -> done.incrementAndGet());
    }
    assertThat(woken).hasSize(FileBlockImage.MAX_WORKERS);
    woken.getFirst().run();
    assertThat(done).hasValue(2_001);
    woken.subList(1, FileBlockImage.MAX_WORKERS).forEach(Runnable::run);
    image.read(0, ByteBuffer.allocate(512), _ -> done.incrementAndGet());
    woken.getLast().run();
    assertThat(done).hasValue(2_002);
    image.close();
    woken.getLast().run(); // closes the file
  }
}
