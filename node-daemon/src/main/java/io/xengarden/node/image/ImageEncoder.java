package io.xengarden.node.image;

import io.xengarden.abi.VcpuContext;
import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes one image: {@link #begin}, any number of {@link #pages}, {@link #finish}. Each page is
 * copied once, from the source into the sink's chunk. A file and a live stream differ by what comes
 * before the libxl header and behind its END.
 *
 * <p>Calls out of order are the caller's mistake (IllegalStateException). When a source or a sink
 * throws, the image is broken off and the encoder of no further use.
 */
public final class ImageEncoder {
  /** Pages of one record that just fit into an empty chunk of {@link ChunkSink#MAX_CHUNK_BYTES}. */
  public static final int PAGES_PER_CHUNK =
      (ChunkSink.MAX_CHUNK_BYTES - 2 * Format.RECORD_HEADER_BYTES) / (8 + Memory.PAGE_SIZE);

  private static final int EXTENDED_BYTES = 64;
  private static final int XSAVE_BYTES = 16;
  private static final byte[] NO_CONFIGURATION = {};

  private enum Stage {
    NEW,
    MEMORY,
    FINISHED
  }

  private final GuestShape shape;
  private final byte[] configuration;
  private final boolean toFile;
  private final ChunkWriter out;
  private Stage stage = Stage.NEW;

  private ImageEncoder(GuestShape shape, byte[] configuration, boolean toFile, ChunkSink sink) {
    this.shape = shape;
    this.configuration = configuration;
    this.toFile = toFile;
    this.out = new ChunkWriter(sink, toFile);
  }

  /**
   * A save file.
   *
   * @param json the domain configuration, without NUL
   * @throws IllegalArgumentException when it is longer than a decoder would take
   */
  public static ImageEncoder ofFile(GuestShape shape, String json, ChunkSink sink) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    if (text.length >= ImageLimits.MAX_CONFIGURATION_BYTES || json.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("configuration of " + text.length + " bytes or with NUL");
    }
    return new ImageEncoder(shape, text, true, sink);
  }

  /** A migration stream: the configuration travels beside it. */
  public static ImageEncoder ofStream(GuestShape shape, ChunkSink sink) {
    return new ImageEncoder(shape, NO_CONFIGURATION, false, sink);
  }

  /** Everything that comes before the first page. */
  public void begin() {
    moveTo(Stage.NEW, Stage.MEMORY);
    if (toFile) {
      xlHeader();
    }
    libxlHeader();
    out.record(LibxlRecord.LIBXC_CONTEXT.type(), 0);
    libxcHeaders();
    record(LibxcRecord.X86_PV_INFO, 8).putLong(Long.BYTES | 4 << 8); // width, levels, reserved
    record(LibxcRecord.X86_CPUID_POLICY, CpuPolicy.cpuid());
    record(LibxcRecord.X86_MSR_POLICY, CpuPolicy.msrs());
    record(LibxcRecord.STATIC_DATA_END, 0);
    p2mFrames();
  }

  /**
   * One PAGE_DATA record: {@code gfns[0]} to {@code gfns[count - 1]}, as their pages are now. A
   * frame may come again in a later record.
   */
  public void pages(long[] gfns, int count, PageSource pages) {
    moveTo(Stage.MEMORY, Stage.MEMORY);
    if (count <= 0 || count > ImageLimits.MAX_BATCH_PAGES) {
      throw new IllegalArgumentException("a batch of " + count + " pages");
    }
    int length = 8 + count * (8 + Memory.PAGE_SIZE);
    record(LibxcRecord.PAGE_DATA, length, 8).putInt(count).putInt(0);
    for (int i = 0; i < count; i++) {
      if (gfns[i] < 0 || gfns[i] >= shape.frames()) {
        throw new IllegalArgumentException("frame " + gfns[i] + " of " + shape.frames());
      }
      out.room(8).putLong(PageType.NOTAB.field(gfns[i]));
    }
    for (int i = 0; i < count; i++) {
      out.room(Memory.PAGE_SIZE).put(pages.page(gfns[i]));
    }
  }

  /** Everything that comes behind the last page, and flushes. */
  public void finish(GuestState state) {
    moveTo(Stage.MEMORY, Stage.FINISHED);
    if (state.startInfoGfn() < 0 || state.startInfoGfn() >= shape.frames()) {
      throw new IllegalArgumentException("start_info in frame " + state.startInfoGfn());
    }
    TscInfo tsc = state.tsc();
    record(LibxcRecord.X86_TSC_INFO, TscInfo.BYTES)
        .putInt(tsc.mode())
        .putInt(tsc.khz())
        .putLong(tsc.elapsedNs())
        .putInt(tsc.incarnation())
        .putInt(0);
    record(LibxcRecord.SHARED_INFO, state.sharedInfo());
    for (SavedVcpu vcpu : state.vcpus()) {
      vcpu(vcpu, state.startInfoGfn());
    }
    record(LibxcRecord.END, 0);
    out.record(LibxlRecord.END.type(), 0);
    if (toFile) {
      trailer();
    }
    out.flush();
  }

  /** Gives the sink what it has not seen yet, so that a batch ends here. */
  public void flush() {
    out.flush();
  }

  /** Bytes of the image so far. */
  public long bytes() {
    return out.bytes();
  }

  private void moveTo(Stage expected, Stage next) {
    if (stage != expected) {
      throw new IllegalStateException("an image in stage " + stage);
    }
    stage = next;
  }

  private void xlHeader() {
    int textBytes = configuration.length + 1;
    out.put(Format.XL_MAGIC);
    out.room(20)
        .putInt(Format.XL_BYTE_ORDER)
        .putInt(Format.XL_MANDATORY_JSON | Format.XL_MANDATORY_STREAM_V2)
        .putInt(Format.XL_OPTIONAL_TRAILER)
        .putInt(4 + textBytes)
        .putInt(textBytes);
    out.put(configuration);
    out.put(new byte[1]);
  }

  private void libxlHeader() {
    ByteBuffer header = out.room(Format.LIBXL_HEADER_BYTES).order(ByteOrder.BIG_ENDIAN);
    header.putLong(Format.LIBXL_IDENT).putInt(Format.LIBXL_VERSION).putInt(0);
    header.order(ByteOrder.LITTLE_ENDIAN);
  }

  private void libxcHeaders() {
    ByteBuffer headers = out.room(Format.LIBXC_HEADERS_BYTES).order(ByteOrder.BIG_ENDIAN);
    headers.putLong(Format.LIBXC_MARKER).putInt(Format.LIBXC_IDENT);
    headers.putInt(Format.LIBXC_VERSION).putShort((short) 0).putShort((short) 0).putInt(0);
    headers.order(ByteOrder.LITTLE_ENDIAN);
    headers.putInt(Format.DOMAIN_X86_PV).putShort((short) Memory.PAGE_SHIFT).putShort((short) 0);
    headers.putInt(shape.xenMajor()).putInt(shape.xenMinor());
  }

  /** As long as a guest with a p2m of its own would have it; an auto-translated one has none. */
  private void p2mFrames() {
    int p2mPages = Format.p2mPages(shape.frames());
    record(LibxcRecord.X86_PV_P2M_FRAMES, 8 + 8 * p2mPages, 8)
        .putInt(0)
        .putInt((int) (shape.frames() - 1));
    for (int i = 0; i < p2mPages; i++) {
      out.room(8).putLong(0);
    }
  }

  private void vcpu(SavedVcpu vcpu, long startInfoGfn) {
    VcpuContext context = vcpu.context();
    if (vcpu.id() == 0) {
      context = context.copy();
      context.rdx = startInfoGfn;
    }
    vcpuRecord(LibxcRecord.X86_PV_VCPU_BASIC, vcpu.id(), context.toBytes());
    ByteBuffer extended = ByteBuffer.allocate(EXTENDED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    extended.putInt(vcpu.id()).putInt(EXTENDED_BYTES);
    vcpuRecord(LibxcRecord.X86_PV_VCPU_EXTENDED, vcpu.id(), extended.array());
    vcpuRecord(LibxcRecord.X86_PV_VCPU_XSAVE, vcpu.id(), new byte[XSAVE_BYTES]);
  }

  private void vcpuRecord(LibxcRecord record, int vcpu, byte[] content) {
    record(record, 8 + content.length, 8).putInt(vcpu).putInt(0);
    out.put(content);
  }

  private void record(LibxcRecord record, byte[] body) {
    out.record(record.type(), body.length);
    out.put(body);
  }

  /** A record's header, and room for its whole body, which fits into a chunk. */
  private ByteBuffer record(LibxcRecord record, int length) {
    return record(record, length, length);
  }

  /** A record's header, and room for the first bytes of its body. Bodies are multiples of 8. */
  private ByteBuffer record(LibxcRecord record, int length, int first) {
    out.record(record.type(), length);
    return out.room(first);
  }

  private void trailer() {
    long length = out.bytes();
    int sum = out.sum();
    out.put(Format.TRAILER_MAGIC);
    out.room(16).putLong(length).putInt(sum).putInt(0);
  }
}
