package io.xengarden.node.image;

import static io.xengarden.node.image.ImageLimits.MAX_RECORD_BYTES;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads one image from chunks that may be cut anywhere. Call {@link #next} with the same chunk
 * until it answers {@link ImageEvent.Starved}, then with the next chunk; call {@link #finish} when
 * there are no more. Between two calls the reader is at rest, so a caller may take its time, for
 * one to build the domain that {@link ImageEvent.P2mFrames} announces.
 *
 * <p>Input may be hostile: nothing but {@link ImageRefused} comes of it, and memory stays within
 * {@link ImageLimits#MAX_RETAINED_BYTES}. After a refusal every call refuses again. Pages are
 * copied once, from the chunk into the sink; what was put there counts only after {@code finish}.
 */
public final class ImageDecoder {
  private enum Stage {
    XL_HEADER("xl header"),
    LIBXL_HEADER("libxl header"),
    LIBXL_RECORD("libxl record header"),
    LIBXL_SKIPPED("libxl record"),
    LIBXC("libxc stream"),
    TRAILER("trailer"),
    ENDED("end");

    private final String element;

    Stage(String element) {
      this.element = element;
    }
  }

  private final Intake intake;
  private final ImageLimits limits;

  /** Null for a stream. */
  private final XlHeaderDecoder file;

  private Stage stage;
  private long at;
  private PageSink sink;
  private LibxcDecoder domain;
  private int skippedType;
  private int skippedLength;
  private long endOffset;
  private int sum;
  private ImageRefused refusal;

  private ImageDecoder(String name, ImageLimits limits, boolean ofFile) {
    this.intake = new Intake(name, ofFile);
    this.limits = limits;
    if (ofFile) {
      file = new XlHeaderDecoder(intake);
      stage = Stage.XL_HEADER;
    } else {
      file = null;
      expect(Stage.LIBXL_HEADER, Format.LIBXL_HEADER_BYTES);
    }
  }

  /**
   * A save file, ours or xl's.
   *
   * @param name as people know it; begins every refusal
   */
  public static ImageDecoder ofFile(String name, ImageLimits limits) {
    return new ImageDecoder(name, limits, true);
  }

  /** A migration stream, from the libxl header on. */
  public static ImageDecoder ofStream(String name, ImageLimits limits) {
    return new ImageDecoder(name, limits, false);
  }

  /** Where pages go; due before the first one comes, at the latest at P2mFrames. */
  public void pagesInto(PageSink pages) {
    sink = pages;
    if (domain != null) {
      domain.pagesInto(pages);
    }
  }

  /** Bytes consumed so far. */
  public long offset() {
    return intake.offset();
  }

  /** Consumes input up to the next event. */
  public ImageEvent next(ByteBuffer input) throws ImageRefused {
    throwRefusal();
    intake.attach(input);
    try {
      ImageEvent event = step();
      while (event == null) {
        event = step();
      }
      return event;
    } catch (ImageRefused e) {
      refusal = e;
      throw e;
    } finally {
      intake.detach();
    }
  }

  /** There is no more input: what the guest is beside its pages, if the image was whole. */
  public GuestState finish() throws ImageRefused {
    throwRefusal();
    boolean whole =
        stage == Stage.ENDED
            || stage == Stage.TRAILER && intake.gathered() == 0 && !file.promisesTrailer();
    if (!whole) {
      refusal = truncated();
      throw refusal;
    }
    return domain.state();
  }

  private void throwRefusal() throws ImageRefused {
    if (refusal != null) {
      throw refusal;
    }
  }

  private ImageRefused truncated() {
    return switch (stage) {
      case XL_HEADER -> file.truncated();
      case LIBXC -> domain.truncated();
      case TRAILER -> refused(intake.gathered() == 0 ? "missing" : cutOff());
      default -> refused(cutOff());
    };
  }

  private String cutOff() {
    return "truncated at byte " + intake.offset();
  }

  private ImageEvent step() throws ImageRefused {
    return switch (stage) {
      case LIBXC -> libxc();
      case XL_HEADER -> xlHeader();
      case LIBXL_SKIPPED -> intake.skip() ? skipped() : ImageEvent.Starved.INSTANCE;
      case ENDED -> nothingMore();
      default -> intake.gather() ? gathered(intake.part()) : ImageEvent.Starved.INSTANCE;
    };
  }

  private ImageEvent gathered(ByteBuffer part) throws ImageRefused {
    return switch (stage) {
      case LIBXL_HEADER -> libxlHeader(part);
      case LIBXL_RECORD -> libxlRecord(part);
      case TRAILER -> trailer(part);
      case XL_HEADER, LIBXL_SKIPPED, LIBXC, ENDED ->
          throw new IllegalStateException("gathered in " + stage);
    };
  }

  private ImageEvent xlHeader() throws ImageRefused {
    ImageEvent event = file.step();
    if (file.hasEnded()) {
      expect(Stage.LIBXL_HEADER, Format.LIBXL_HEADER_BYTES);
    }
    return event;
  }

  private ImageEvent libxlHeader(ByteBuffer part) throws ImageRefused {
    part.order(ByteOrder.BIG_ENDIAN);
    long ident = part.getLong();
    int version = part.getInt();
    int options = part.getInt();
    part.order(ByteOrder.LITTLE_ENDIAN);
    require(ident == Format.LIBXL_IDENT, "no LibxlFmt: not a libxl stream");
    require(
        version == Format.LIBXL_VERSION,
        "version " + Integer.toUnsignedString(version) + ", not " + Format.LIBXL_VERSION);
    require((options & Format.OPTION_BIG_ENDIAN) == 0, "a big-endian stream");
    require(
        (options & ~Format.LIBXL_OPTION_CONVERTED) == 0,
        "unknown options 0x" + Integer.toHexString(options));
    libxlRecordNext();
    return null;
  }

  private void libxlRecordNext() {
    expect(Stage.LIBXL_RECORD, Format.RECORD_HEADER_BYTES);
  }

  private ImageEvent libxlRecord(ByteBuffer part) throws ImageRefused {
    int type = part.getInt();
    int length = part.getInt();
    LibxlRecord record = LibxlRecord.of(type);
    if (record == null) {
      return foreignLibxlRecord(type, length);
    }
    String problem =
        switch (record) {
          case END -> domain == null ? "no LIBXC_CONTEXT before it" : null;
          case LIBXC_CONTEXT -> domain != null ? "a second one" : null;
          case EMULATOR_XENSTORE_DATA, EMULATOR_CONTEXT -> "belongs to an HVM guest";
          case CHECKPOINT_END, CHECKPOINT_STATE ->
              "belongs to a Remus or COLO stream and is not supported";
        };
    if (problem == null && length != 0) {
      problem = "length " + Integer.toUnsignedString(length) + " is not 0";
    }
    if (problem != null) {
      throw intake.refused("libxl " + record, at, problem);
    }
    return record == LibxlRecord.END ? libxlEnd() : libxcContext();
  }

  private ImageEvent foreignLibxlRecord(int type, int length) throws ImageRefused {
    String element = "libxl record 0x" + Integer.toHexString(type);
    if ((type & Format.OPTIONAL_RECORD) == 0) {
      throw intake.refused(element, at, "unknown mandatory record");
    }
    if (Integer.compareUnsigned(length, MAX_RECORD_BYTES) > 0) {
      String bytes = Integer.toUnsignedString(length);
      throw intake.refused(element, at, "length " + bytes + " exceeds " + MAX_RECORD_BYTES);
    }
    skippedType = type;
    skippedLength = length;
    stage = Stage.LIBXL_SKIPPED;
    intake.expectSkip((long) length + Format.padding(length));
    return null;
  }

  private ImageEvent skipped() {
    libxlRecordNext();
    return new ImageEvent.Skipped(skippedType, skippedLength);
  }

  private ImageEvent libxcContext() {
    stage = Stage.LIBXC;
    domain = new LibxcDecoder(intake, limits);
    domain.pagesInto(sink);
    return null;
  }

  private ImageEvent libxc() throws ImageRefused {
    ImageEvent event = domain.step();
    if (domain.hasEnded()) {
      libxlRecordNext();
    }
    return event;
  }

  private ImageEvent libxlEnd() {
    endOffset = intake.offset();
    sum = intake.endSum();
    if (file != null) {
      expect(Stage.TRAILER, Format.TRAILER_BYTES);
    } else {
      stage = Stage.ENDED;
      at = endOffset;
    }
    return new ImageEvent.StreamEnd();
  }

  private ImageEvent trailer(ByteBuffer part) throws ImageRefused {
    byte[] magic = new byte[Format.TRAILER_MAGIC.length];
    part.get(magic);
    require(Arrays.equals(magic, Format.TRAILER_MAGIC), "unknown bytes behind the image");
    long length = part.getLong();
    require(length == endOffset, "says " + length + " bytes come before it, not " + endOffset);
    int expected = part.getInt();
    require(
        expected == sum,
        String.format("checksum %08x does not match the content's %08x", expected, sum));
    require(part.getInt() == 0, "reserved field is not zero");
    stage = Stage.ENDED;
    at = intake.offset();
    return null;
  }

  private ImageEvent nothingMore() throws ImageRefused {
    require(intake.isEmpty(), "bytes behind it");
    return ImageEvent.Starved.INSTANCE;
  }

  private void expect(Stage next, int bytes) {
    stage = next;
    at = intake.offset();
    intake.expect(bytes);
  }

  private void require(boolean condition, String why) throws ImageRefused {
    if (!condition) {
      throw refused(why);
    }
  }

  private ImageRefused refused(String why) {
    return intake.refused(stage.element, at, why);
  }
}
