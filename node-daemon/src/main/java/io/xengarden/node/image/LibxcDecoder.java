package io.xengarden.node.image;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the libxc stream inside a libxl stream's LIBXC_CONTEXT, headers to END. */
final class LibxcDecoder {
  private enum Stage {
    HEADERS,
    RECORD,
    BODY,
    BATCH_HEAD,
    BATCH_PFNS,
    PAGES,
    SKIPPED,
    ENDED
  }

  private final Intake intake;
  private final ImageLimits limits;
  private final PageBatch batch = new PageBatch();
  private final VcpuRecords vcpus;
  private PageSink sink;
  private RecordOrder order;
  private Stage stage = Stage.HEADERS;
  private LibxcRecord record;
  private int type;
  private int length;
  private long at;
  private long frames;
  private TscInfo tsc;
  private byte[] sharedInfo;
  private GuestState state;

  LibxcDecoder(Intake intake, ImageLimits limits) {
    this.intake = intake;
    this.limits = limits;
    this.vcpus = new VcpuRecords(limits.vcpus());
    this.at = intake.offset();
    intake.expect(Format.LIBXC_HEADERS_BYTES);
  }

  void pagesInto(PageSink target) {
    sink = target;
  }

  boolean hasEnded() {
    return stage == Stage.ENDED;
  }

  /** What END completed. */
  GuestState state() {
    return state;
  }

  /** The next event, {@code Starved} included; null when it is to be called again. */
  ImageEvent step() throws ImageRefused {
    if (stage == Stage.PAGES) {
      return movePages();
    }
    if (stage == Stage.SKIPPED) {
      return skip();
    }
    if (!intake.gather()) {
      return ImageEvent.Starved.INSTANCE;
    }
    return switch (stage) {
      case HEADERS -> headers(intake.part());
      case RECORD -> record(intake.part());
      case BODY -> body(intake.part());
      case BATCH_HEAD -> batchHead(intake.part());
      case BATCH_PFNS -> batchPfns(intake.part());
      case PAGES, SKIPPED, ENDED -> throw new IllegalStateException("libxc " + stage);
    };
  }

  /** The stream was cut off here. */
  ImageRefused truncated() {
    String why = "truncated at byte " + intake.offset();
    return switch (stage) {
      case HEADERS -> intake.refused("libxc header", at, why);
      case RECORD -> intake.refused("record header", at, why);
      case SKIPPED -> intake.refused(typeName(), at, why);
      default -> refused(why);
    };
  }

  private ImageEvent headers(ByteBuffer part) throws ImageRefused {
    part.order(ByteOrder.BIG_ENDIAN);
    long marker = part.getLong();
    int ident = part.getInt();
    int version = part.getInt();
    int options = Short.toUnsignedInt(part.getShort());
    long reserved = part.getShort() | part.getInt();
    part.order(ByteOrder.LITTLE_ENDIAN);
    requireHeader(marker == Format.LIBXC_MARKER, "no marker: a legacy (version 1) stream");
    requireHeader(ident == Format.LIBXC_IDENT, "no XENF behind the marker");
    requireHeader((options & Format.OPTION_BIG_ENDIAN) == 0, "a big-endian stream");
    requireHeader(
        version >= Format.LIBXC_OLDEST_VERSION && version <= Format.LIBXC_VERSION,
        "version " + Integer.toUnsignedString(version) + ", not 2 or 3");
    requireHeader(options == 0 && reserved == 0, "reserved field is not zero");
    domainHeader(part);
    ImageEvent header = new ImageEvent.DomainHeader(version, part.getInt(), part.getInt());
    order = new RecordOrder(version);
    expectRecord();
    return header;
  }

  private void domainHeader(ByteBuffer part) throws ImageRefused {
    int domainType = part.getInt();
    int pageShift = Short.toUnsignedInt(part.getShort());
    int reserved = part.getShort();
    requireHeader(
        domainType == Format.DOMAIN_X86_PV,
        switch (domainType) {
          case 2 -> "an HVM guest, not PV";
          case 3 -> "a PVH guest, not PV";
          case 4 -> "an ARM guest, not x86 PV";
          default -> "unknown domain type " + Integer.toUnsignedString(domainType);
        });
    requireHeader(pageShift == Memory.PAGE_SHIFT, "page shift " + pageShift + ", not 12");
    requireHeader(reserved == 0, "reserved field is not zero");
  }

  private void requireHeader(boolean condition, String why) throws ImageRefused {
    if (!condition) {
      throw intake.refused("libxc header", at, why);
    }
  }

  private void expectRecord() {
    stage = Stage.RECORD;
    at = intake.offset();
    intake.expect(Format.RECORD_HEADER_BYTES);
  }

  private ImageEvent record(ByteBuffer header) throws ImageRefused {
    type = header.getInt();
    length = header.getInt();
    record = LibxcRecord.of(type);
    if (record == null) {
      return foreignRecord();
    }
    refuseIf(order.problem(record));
    refuseIf(record.lengthProblem(Integer.toUnsignedLong(length)));
    if (record == LibxcRecord.PAGE_DATA) {
      stage = Stage.BATCH_HEAD;
      intake.expect(PageBatch.HEAD_BYTES);
    } else {
      stage = Stage.BODY;
      intake.expect(length + Format.padding(length));
    }
    return null;
  }

  private ImageEvent foreignRecord() throws ImageRefused {
    if ((type & Format.OPTIONAL_RECORD) == 0) {
      throw intake.refused(typeName(), at, "unknown mandatory record");
    }
    if (Integer.compareUnsigned(length, ImageLimits.MAX_RECORD_BYTES) > 0) {
      String bytes = Integer.toUnsignedString(length);
      throw intake.refused(
          typeName(), at, "length " + bytes + " exceeds " + ImageLimits.MAX_RECORD_BYTES);
    }
    stage = Stage.SKIPPED;
    intake.expectSkip((long) length + Format.padding(length));
    return null;
  }

  private String typeName() {
    return "record 0x" + Integer.toHexString(type);
  }

  private ImageEvent skip() {
    if (!intake.skip()) {
      return ImageEvent.Starved.INSTANCE;
    }
    expectRecord();
    return new ImageEvent.Skipped(type, length);
  }

  private ImageEvent body(ByteBuffer body) throws ImageRefused {
    for (int i = length; i < body.limit(); i++) {
      refuseIf(body.get(i) == 0 ? null : "padding is not zero");
    }
    body.limit(length);
    ImageEvent event =
        switch (record) {
          case X86_PV_INFO -> pvInfo(body);
          case X86_CPUID_POLICY -> new ImageEvent.CpuidPolicy(rest(body));
          case X86_MSR_POLICY -> new ImageEvent.MsrPolicy(rest(body));
          case STATIC_DATA_END -> new ImageEvent.StaticDataEnd();
          case X86_PV_P2M_FRAMES -> p2mFrames(body);
          case X86_TSC_INFO -> tsc(body);
          case SHARED_INFO -> new ImageEvent.SharedInfoPage((sharedInfo = rest(body)).clone());
          case X86_PV_VCPU_BASIC, X86_PV_VCPU_EXTENDED, X86_PV_VCPU_XSAVE, X86_PV_VCPU_MSRS ->
              vcpu(body);
          case END -> end();
          default -> throw new IllegalStateException("let through: " + record);
        };
    if (stage != Stage.ENDED) {
      expectRecord();
    }
    return event;
  }

  private ImageEvent pvInfo(ByteBuffer body) throws ImageRefused {
    int width = Byte.toUnsignedInt(body.get());
    int levels = Byte.toUnsignedInt(body.get());
    refuseIf(width == Integer.BYTES && levels == 3 ? "a 32-bit guest" : null);
    refuseIf(
        width == Long.BYTES && levels == 4
            ? null
            : "width " + width + " and " + levels + " levels, not 8 and 4");
    refuseIf((body.getShort() | body.getInt()) == 0 ? null : "reserved field is not zero");
    return new ImageEvent.PvInfo(width, levels);
  }

  private ImageEvent p2mFrames(ByteBuffer body) throws ImageRefused {
    long first = Integer.toUnsignedLong(body.getInt());
    long last = Integer.toUnsignedLong(body.getInt());
    frames = last + 1;
    refuseIf(first == 0 ? null : "begins at pfn " + first + ", not 0");
    refuseIf(frames <= limits.frames() ? null : frames + " frames exceed " + limits.frames());
    long[] pfns = new long[body.remaining() / Long.BYTES];
    refuseIf(
        pfns.length == Format.p2mPages(frames)
            ? null
            : pfns.length + " pfns, not the " + Format.p2mPages(frames) + " of " + frames);
    for (int i = 0; i < pfns.length; i++) {
      pfns[i] = body.getLong();
      refuseIf(
          Long.compareUnsigned(pfns[i], frames) < 0
              ? null
              : "pfn[" + i + "] is 0x" + Long.toHexString(pfns[i]) + " of " + frames + " frames");
    }
    return new ImageEvent.P2mFrames(frames, pfns);
  }

  private ImageEvent tsc(ByteBuffer body) throws ImageRefused {
    tsc = new TscInfo(body.getInt(), body.getInt(), body.getLong(), body.getInt());
    refuseIf(body.getInt() == 0 ? null : "reserved field is not zero");
    return new ImageEvent.Tsc(tsc);
  }

  private ImageEvent vcpu(ByteBuffer body) throws ImageRefused {
    int vcpu = body.getInt();
    refuseIf(vcpus.problem(record, vcpu, body.getInt()));
    return vcpus.take(record, vcpu, body);
  }

  private ImageEvent end() throws ImageRefused {
    refuseIf(
        vcpus.all().isEmpty() || vcpus.all().getFirst().id() != 0 ? "no vCPU 0 before it" : null);
    long startInfo = vcpus.all().getFirst().context().rdx;
    refuseIf(
        Long.compareUnsigned(startInfo, frames) < 0
            ? null
            : "edx of vCPU 0 names 0x" + Long.toHexString(startInfo) + " of " + frames + " frames");
    state = new GuestState(startInfo, tsc, sharedInfo, vcpus.all());
    stage = Stage.ENDED;
    return new ImageEvent.DomainEnd();
  }

  private ImageEvent batchHead(ByteBuffer head) throws ImageRefused {
    refuseIf(batch.head(head, length));
    stage = Stage.BATCH_PFNS;
    intake.expect(batch.pfnBytes());
    return null;
  }

  private ImageEvent batchPfns(ByteBuffer pfns) throws ImageRefused {
    refuseIf(batch.pfns(pfns, length, frames));
    if (sink == null) {
      throw new IllegalStateException("pages come, and pagesInto has not been called");
    }
    stage = Stage.PAGES;
    return null;
  }

  private ImageEvent movePages() {
    if (!batch.move(intake, sink)) {
      return ImageEvent.Starved.INSTANCE;
    }
    expectRecord();
    return batch.event();
  }

  private void refuseIf(String problem) throws ImageRefused {
    if (problem != null) {
      throw refused(problem);
    }
  }

  private ImageRefused refused(String why) {
    return intake.refused(record.name(), at, why);
  }

  private static byte[] rest(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }
}
