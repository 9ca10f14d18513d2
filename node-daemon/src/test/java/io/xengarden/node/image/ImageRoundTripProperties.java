package io.xengarden.node.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ImageRoundTripProperties {
  private static final long MAX_FRAMES = 5000;

  /** Which frames are touched, and by which seed; 0 stands for a page of zeros. */
  @Provide
  Arbitrary<Map<Long, Long>> memories() {
    return Arbitraries.maps(
            Arbitraries.longs().between(0, MAX_FRAMES - 1), Arbitraries.longs().between(0, 50))
        .ofMaxSize(60);
  }

  @Property(tries = 200)
  void sparseMemoriesComeBackFromFiles(
      @ForAll("memories") Map<Long, Long> memory,
      @ForAll @IntRange(min = 1, max = ImageLimits.MAX_BATCH_PAGES) int batchPages,
      @ForAll @IntRange(min = ChunkSink.MIN_CHUNK_BYTES, max = 40_000) int chunkBytes,
      @ForAll long cuts)
      throws ImageRefused {
    SparsePages pages = new SparsePages();
    memory.forEach(
        (gfn, seed) -> {
          if (seed == 0) {
            pages.zeros(gfn);
          } else {
            pages.noise(gfn, seed);
          }
        });
    List<byte[]> chunks = new ArrayList<>();
    ImageEncoder encoder =
        ImageEncoder.ofFile(
            new GuestShape(MAX_FRAMES, 4, 17),
            SampleImage.JSON,
            ChunkSink.ofArrays(
                chunkBytes, chunk -> chunks.add(Arrays.copyOf(chunk.array(), chunk.limit()))));
    encoder.begin();
    FrameWalk walk = new FrameWalk(pages, MAX_FRAMES);
    long[] gfns = new long[batchPages];
    for (int count = walk.next(gfns); count > 0; count = walk.next(gfns)) {
      encoder.pages(gfns, count, pages);
    }
    encoder.finish(SampleImage.state(0, 3));

    byte[] image = join(chunks);
    Random random = new Random(cuts);
    Decoded decoded =
        new Decoded()
            .decode(
                ImageDecoder.ofFile("FILE", ImageLimits.LARGEST),
                image,
                () -> 1 + random.nextInt(3 * Memory.PAGE_SIZE));

    pages.pages.values().removeIf(page -> ByteBuffer.wrap(page).equals(zeroPage()));
    assertThat(decoded.pages).isEqualTo(pages);
    assertThat(encoder.bytes()).isEqualTo(image.length);
    assertThat(chunks).allMatch(chunk -> chunk.length <= chunkBytes);
  }

  /** As pre-copy does it: pages change and are sent again, also to zeros. */
  @Property(tries = 200)
  void precopyEndsWithTheLastContentOfEachPage(
      @ForAll("rounds") List<Map<Long, Long>> rounds, @ForAll long cuts) throws ImageRefused {
    List<byte[]> chunks = new ArrayList<>();
    ImageEncoder encoder =
        ImageEncoder.ofStream(
            new GuestShape(MAX_FRAMES, 4, 17),
            ChunkSink.ofArrays(
                1 << 14, chunk -> chunks.add(Arrays.copyOf(chunk.array(), chunk.limit()))));
    SparsePages memory = new SparsePages();
    encoder.begin();
    for (Map<Long, Long> dirtied : rounds) {
      dirtied.forEach((gfn, seed) -> memory.pages.put(gfn, content(seed)));
      long[] gfns = dirtied.keySet().stream().mapToLong(Long::longValue).toArray();
      encoder.pages(gfns, gfns.length, memory);
    }
    encoder.finish(SampleImage.state(0));

    Random random = new Random(cuts);
    Decoded decoded =
        new Decoded()
            .decode(
                ImageDecoder.ofStream("s", ImageLimits.LARGEST),
                join(chunks),
                () -> 1 + random.nextInt(3 * Memory.PAGE_SIZE));

    assertThat(decoded.pages).isEqualTo(memory);
  }

  @Provide
  Arbitrary<List<Map<Long, Long>>> rounds() {
    return Arbitraries.maps(
            Arbitraries.longs().between(0, 40), Arbitraries.longs().between(0, 1000))
        .ofMinSize(1)
        .ofMaxSize(20)
        .list()
        .ofMaxSize(6);
  }

  private static byte[] content(long seed) {
    SparsePages one = seed == 0 ? new SparsePages().zeros(0) : new SparsePages().noise(0, seed);
    return one.pages.get(0L);
  }

  private static ByteBuffer zeroPage() {
    return ByteBuffer.allocate(Memory.PAGE_SIZE);
  }

  private static byte[] join(List<byte[]> chunks) {
    ByteBuffer joined = ByteBuffer.allocate(chunks.stream().mapToInt(c -> c.length).sum());
    chunks.forEach(joined::put);
    return joined.array();
  }
}
