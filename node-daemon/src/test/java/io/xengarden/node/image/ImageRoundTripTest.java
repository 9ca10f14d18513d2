package io.xengarden.node.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.abi.VcpuContext;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageRoundTripTest {
  @Test
  void aFileBringsTheGuestBack() throws ImageRefused {
    Decoded decoded =
        Decoded.file(SampleImage.file(SampleImage.pages(), SampleImage.state(0, 1, 5)));

    assertThat(decoded.only(ImageEvent.Configuration.class).json()).isEqualTo(SampleImage.JSON);
    assertThat(decoded.only(ImageEvent.P2mFrames.class).frames()).isEqualTo(SampleImage.FRAMES);
    assertThat(decoded.only(ImageEvent.P2mFrames.class).p2mPfns())
        .as("the p2m's length is real, its frames are not: the guest has none")
        .hasSize(4)
        .containsOnly(0);
    assertThat(decoded.pages).isEqualTo(SampleImage.pages());
    GuestState expected = SampleImage.state(0, 1, 5);
    assertThat(decoded.state.tsc()).isEqualTo(expected.tsc());
    assertThat(decoded.state.sharedInfo()).isEqualTo(expected.sharedInfo());
    assertThat(decoded.state.vcpus()).extracting(SavedVcpu::id).containsExactly(0, 1, 5);
    assertThat(decoded.state.vcpus().get(2).context().toBytes())
        .isEqualTo(SampleImage.context(5).toBytes());
  }

  @Test
  void edxOfVcpu0NamesStartInfo() throws ImageRefused {
    GuestState saved = SampleImage.state(0, 1);
    Decoded decoded = Decoded.file(SampleImage.file(SampleImage.pages(), saved));

    assertThat(decoded.state.startInfoGfn()).isEqualTo(SampleImage.START_INFO);
    VcpuContext expected = SampleImage.context(0);
    expected.rdx = SampleImage.START_INFO;
    assertThat(decoded.state.vcpus().getFirst().context().toBytes()).isEqualTo(expected.toBytes());
    assertThat(saved.vcpus().getFirst().context().rdx)
        .as("the caller's context is left alone")
        .isEqualTo(SampleImage.context(0).rdx);
  }

  @Test
  void recordsComeInXensOrder() throws ImageRefused {
    Decoded decoded = Decoded.file(SampleImage.file(SampleImage.pages(), SampleImage.state(0, 1)));

    assertThat(decoded.events)
        .extracting(event -> event.getClass().getSimpleName())
        .containsExactly(
            "Configuration",
            "DomainHeader",
            "PvInfo",
            "CpuidPolicy",
            "MsrPolicy",
            "StaticDataEnd",
            "P2mFrames",
            "PageData",
            "Tsc",
            "SharedInfoPage",
            "VcpuBasic",
            "VcpuBlob",
            "VcpuBlob",
            "VcpuBasic",
            "VcpuBlob",
            "VcpuBlob",
            "DomainEnd",
            "StreamEnd");
    assertThat(decoded.all(ImageEvent.VcpuBlob.class))
        .extracting(ImageEvent.VcpuBlob::record, ImageEvent.VcpuBlob::vcpu, b -> b.content().length)
        .startsWith(
            org.assertj.core.groups.Tuple.tuple(LibxcRecord.X86_PV_VCPU_EXTENDED, 0, 64),
            org.assertj.core.groups.Tuple.tuple(LibxcRecord.X86_PV_VCPU_XSAVE, 0, 16));
  }

  @Test
  void aStreamIsAFileWithoutHeaderAndTrailer() {
    byte[] file = SampleImage.file();
    byte[] stream = SampleImage.stream();

    assertThat(stream).isEqualTo(Arrays.copyOfRange(file, SampleImage.LIBXL_AT, file.length - 24));
  }

  @Test
  void theLastCopyOfAPageCounts() throws ImageRefused {
    List<ByteBuffer> chunks = new ArrayList<>();
    ImageEncoder encoder =
        ImageEncoder.ofStream(SampleImage.shape(), ChunkSink.ofArrays(1 << 16, chunks::add));
    encoder.begin();
    long[] gfns = {5, 9};
    encoder.pages(gfns, 2, new SparsePages().noise(5, 1).noise(9, 2));
    encoder.pages(gfns, 1, new SparsePages().zeros(5));
    encoder.finish(SampleImage.state(0));

    Decoded decoded = Decoded.stream(join(chunks));

    assertThat(decoded.pages).isEqualTo(new SparsePages().zeros(5).noise(9, 2));
  }

  @Test
  void aFullRecordOfPagesPerChunkIsExactlyOneChunk() {
    List<ByteBuffer> chunks = new ArrayList<>();
    SparsePages pages = new SparsePages();
    long[] gfns = new long[ImageEncoder.PAGES_PER_CHUNK];
    for (int i = 0; i < gfns.length; i++) {
      gfns[i] = 3 * i;
      pages.noise(gfns[i], i);
    }
    ImageEncoder encoder =
        ImageEncoder.ofStream(
            SampleImage.shape(), ChunkSink.ofArrays(ChunkSink.MAX_CHUNK_BYTES, chunks::add));
    encoder.begin();
    encoder.flush();
    encoder.pages(gfns, gfns.length, pages);
    encoder.flush();

    assertThat(chunks).as("the head, and one chunk of pages").hasSize(2);
    assertThat(chunks.get(1).remaining())
        .isEqualTo(16 + 255 * (8 + Memory.PAGE_SIZE))
        .isLessThanOrEqualTo(ChunkSink.MAX_CHUNK_BYTES);
    assertThat(encoder.bytes()).isEqualTo(chunks.get(0).remaining() + chunks.get(1).remaining());
  }

  @Test
  void piecesMayBeCutAnywhere() throws ImageRefused {
    byte[] image = SampleImage.file();
    Decoded whole = Decoded.file(image);
    for (int bytes : new int[] {1, 2, 3, 7, 4095, 4096, 4097, 10_000}) {
      Decoded inPieces =
          new Decoded()
              .decode(ImageDecoder.ofFile("FILE", ImageLimits.LARGEST), image, () -> bytes);

      assertThat(inPieces.sameGuest(whole)).as("pieces of %d bytes", bytes).isTrue();
      assertThat(inPieces.events).hasSameSizeAs(whole.events);
    }
  }

  @Test
  void pagesGoFromOneGuestsMemoryToAnothers() throws ImageRefused {
    try (HostMemory host = HostMemory.ofFrames(64)) {
      GuestMemory from = new GuestMemory(host);
      from.map(0, 0, 16);
      from.map(20, 16, 4); // 16 to 19 are ballooned out
      from.putLong(3 << Memory.PAGE_SHIFT, 0x1122334455667788L);
      from.putByte((21 << Memory.PAGE_SHIFT) + 4095, (byte) 9);
      List<ByteBuffer> chunks = new ArrayList<>();
      GuestPages source = new GuestPages(from);
      ImageEncoder encoder =
          ImageEncoder.ofStream(
              new GuestShape(24, 4, 17), ChunkSink.ofArrays(1 << 16, chunks::add));
      encoder.begin();
      long[] gfns = new long[8];
      int count = new FrameWalk(source, 24).next(gfns);
      encoder.pages(gfns, count, source);
      encoder.finish(SampleImage.state(0));

      assertThat(Arrays.copyOf(gfns, count))
          .as("untouched, zero and missing frames are left out")
          .containsExactly(3, 21);
      GuestMemory to = new GuestMemory(host);
      to.map(0, 32, 24);
      to.startDirtyLog(24);
      ImageDecoder decoder = ImageDecoder.ofStream("s", new ImageLimits(24, 1));
      decoder.pagesInto(new GuestPages(to));
      byte[] stream = join(chunks);
      ByteBuffer input = ByteBuffer.wrap(stream);
      while (!(decoder.next(input) instanceof ImageEvent.Starved)) {
        continue;
      }
      decoder.finish();
      assertThat(to.getLong(3 << Memory.PAGE_SHIFT)).isEqualTo(0x1122334455667788L);
      assertThat(to.getByte((21 << Memory.PAGE_SHIFT) + 4095)).isEqualTo((byte) 9);
      assertThat(to.read(0, 3 << Memory.PAGE_SHIFT)).containsOnly(0);
    }
  }

  @Test
  void callsOutOfOrderAreTheCallersMistake() {
    ImageEncoder encoder =
        ImageEncoder.ofStream(SampleImage.shape(), ChunkSink.ofArrays(1 << 16, chunk -> {}));
    SparsePages pages = SampleImage.pages();

    assertThatThrownBy(() -> encoder.pages(new long[] {0}, 1, pages))
        .isInstanceOf(IllegalStateException.class);
    encoder.begin();
    assertThatThrownBy(() -> encoder.pages(new long[] {SampleImage.FRAMES}, 1, pages))
        .hasMessage("frame 2048 of 2048");
    assertThatThrownBy(() -> encoder.pages(new long[1025], 1025, pages))
        .hasMessage("a batch of 1025 pages");
    encoder.finish(SampleImage.state(0));
    assertThatThrownBy(encoder::begin).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void pagesWithoutASinkAreTheCallersMistake() {
    ImageDecoder decoder = ImageDecoder.ofStream("s", ImageLimits.LARGEST);
    ByteBuffer input = ByteBuffer.wrap(SampleImage.stream());

    assertThatThrownBy(
            () -> {
              while (!(decoder.next(input) instanceof ImageEvent.PageData)) {
                continue;
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("pages come, and pagesInto has not been called");
  }

  private static byte[] join(List<ByteBuffer> chunks) {
    ByteBuffer joined = ByteBuffer.allocate(chunks.stream().mapToInt(ByteBuffer::remaining).sum());
    chunks.forEach(joined::put);
    return joined.array();
  }
}
