package io.xengarden.node.image;

import io.xengarden.abi.VcpuContext;
import io.xengarden.machine.Memory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Images of synthetic guests, and their bytes for tests to spoil. */
final class SampleImage {
  static final String JSON = "{\n    \"c_info\": {\n        \"name\": \"wéb\"\n    }\n}\n";
  static final long FRAMES = 2048;
  static final long START_INFO = 7;

  /** Where the libxl header of a file begins. */
  static final int LIBXL_AT = 48 + 4 + JSON.length() + 2; // é has two bytes, and there is the NUL

  private SampleImage() {}

  static GuestShape shape() {
    return new GuestShape(FRAMES, 4, 17);
  }

  static GuestState state(int... vcpuIds) {
    byte[] sharedInfo = new byte[Memory.PAGE_SIZE];
    new Random(3).nextBytes(sharedInfo);
    List<SavedVcpu> vcpus = new ArrayList<>();
    for (int id : vcpuIds) {
      vcpus.add(new SavedVcpu(id, context(id)));
    }
    return new GuestState(
        START_INFO, new TscInfo(0, 1_000_000, 123_456_789L, 2), sharedInfo, vcpus);
  }

  static VcpuContext context(int id) {
    byte[] image = new byte[VcpuContext.SIZE];
    new Random(100 + id).nextBytes(image);
    VcpuContext context = VcpuContext.fromBytes(image);
    context.rip = 0x1000 + id;
    return context;
  }

  /** Pages 0, 7 and 2047 of noise. */
  static SparsePages pages() {
    return new SparsePages().noise(0, 1).noise(START_INFO, 2).noise(FRAMES - 1, 3);
  }

  static byte[] file(SparsePages pages, GuestState state) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageEncoder encoder = ImageEncoder.ofFile(shape(), JSON, sinkTo(out));
    encode(encoder, pages, state);
    return out.toByteArray();
  }

  static byte[] file() {
    return file(pages(), state(0));
  }

  static byte[] stream(SparsePages pages, GuestState state) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    encode(ImageEncoder.ofStream(shape(), sinkTo(out)), pages, state);
    return out.toByteArray();
  }

  static byte[] stream() {
    return stream(pages(), state(0));
  }

  private static void encode(ImageEncoder encoder, SparsePages pages, GuestState state) {
    encoder.begin();
    FrameWalk walk = new FrameWalk(pages, FRAMES);
    long[] gfns = new long[ImageLimits.MAX_BATCH_PAGES];
    for (int count = walk.next(gfns); count > 0; count = walk.next(gfns)) {
      encoder.pages(gfns, count, pages);
    }
    encoder.finish(state);
  }

  static ChunkSink sinkTo(ByteArrayOutputStream out) {
    return ChunkSink.ofArrays(
        ChunkSink.MIN_CHUNK_BYTES, chunk -> out.write(chunk.array(), 0, chunk.limit()));
  }

  /** Offset of the n-th libxc record of that type in a stream, or a failure. */
  static int recordAt(byte[] stream, LibxcRecord record, int n) {
    ByteBuffer bytes = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
    int found = 0;
    for (int at = 16 + 8 + 40; at < stream.length; ) {
      if (bytes.getInt(at) == record.type() && found++ == n) {
        return at;
      }
      at += 8 + (bytes.getInt(at + 4) + 7 & ~7);
    }
    throw new AssertionError("no " + record + " " + n);
  }
}
