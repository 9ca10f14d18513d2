package io.xengarden.node.image;

import static io.xengarden.node.image.ImageLimits.MAX_CONFIGURATION_BYTES;
import static io.xengarden.node.image.ImageLimits.MAX_OPTIONAL_BYTES;
import static io.xengarden.node.image.ImageLimits.MAX_RECORD_BYTES;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
  private static final byte[] XEND_MAGIC = "LinuxGuestRecord".getBytes(StandardCharsets.ISO_8859_1);
  private static final int XL_FLAGS_BYTES = Format.XL_HEADER_BYTES - Format.XL_MAGIC.length;

  private enum Stage {
    XL_MAGIC("xl header"),
    XL_FLAGS("xl header"),
    CONFIGURATION_LENGTH("domain configuration"),
    CONFIGURATION("domain configuration"),
    OPTIONAL_REST("optional data"),
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
  private final boolean ofFile;
  private Stage stage;
  private long at;
  private PageSink sink;
  private LibxcDecoder domain;
  private boolean trailerPromised;
  private long optionalLeft;
  private int skippedType;
  private int skippedLength;
  private long endOffset;
  private int sum;
  private ImageRefused refusal;

  private ImageDecoder(String name, ImageLimits limits, boolean ofFile) {
    this.intake = new Intake(name, ofFile);
    this.limits = limits;
    this.ofFile = ofFile;
    if (ofFile) {
      expect(Stage.XL_MAGIC, Format.XL_MAGIC.length);
    } else {
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
            || stage == Stage.TRAILER && intake.gathered() == 0 && !trailerPromised;
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
      case XL_MAGIC -> refused("not an image of xl save: only " + intake.offset() + " bytes");
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
      case OPTIONAL_REST -> intake.skip() ? libxlHeaderNext() : ImageEvent.Starved.INSTANCE;
      case LIBXL_SKIPPED -> intake.skip() ? skipped() : ImageEvent.Starved.INSTANCE;
      case ENDED -> nothingMore();
      default -> intake.gather() ? gathered(intake.part()) : ImageEvent.Starved.INSTANCE;
    };
  }

  private ImageEvent gathered(ByteBuffer part) throws ImageRefused {
    return switch (stage) {
      case XL_MAGIC -> xlMagic(part);
      case XL_FLAGS -> xlFlags(part);
      case CONFIGURATION_LENGTH -> configurationLength(part);
      case CONFIGURATION -> configuration(part);
      case LIBXL_HEADER -> libxlHeader(part);
      case LIBXL_RECORD -> libxlRecord(part);
      case TRAILER -> trailer(part);
      case OPTIONAL_REST, LIBXL_SKIPPED, LIBXC, ENDED ->
          throw new IllegalStateException("gathered in " + stage);
    };
  }

  private ImageEvent xlMagic(ByteBuffer part) throws ImageRefused {
    byte[] magic = new byte[Format.XL_MAGIC.length];
    part.get(magic);
    if (Arrays.equals(magic, 0, XEND_MAGIC.length, XEND_MAGIC, 0, XEND_MAGIC.length)) {
      throw refused("a save file of xend (xm save), not of xl");
    }
    require(Arrays.equals(magic, Format.XL_MAGIC), "not an image of xl save");
    expectWithin(Stage.XL_FLAGS, XL_FLAGS_BYTES);
    return null;
  }

  private ImageEvent xlFlags(ByteBuffer part) throws ImageRefused {
    int byteOrder = part.getInt();
    int mandatory = part.getInt();
    int optional = part.getInt();
    long optionalBytes = Integer.toUnsignedLong(part.getInt());
    require(byteOrder != Integer.reverseBytes(Format.XL_BYTE_ORDER), "of a big-endian host");
    require(byteOrder == Format.XL_BYTE_ORDER, "byte order 0x" + Integer.toHexString(byteOrder));
    require((mandatory & Format.XL_MANDATORY_STREAM_V2) != 0, "holds a legacy (version 1) stream");
    require((mandatory & Format.XL_MANDATORY_JSON) != 0, "its configuration is not JSON");
    int unknown = mandatory & ~(Format.XL_MANDATORY_JSON | Format.XL_MANDATORY_STREAM_V2);
    require(unknown == 0, "unknown mandatory flags 0x" + Integer.toHexString(unknown));
    require(optionalBytes >= Integer.BYTES, "no domain configuration");
    require(
        optionalBytes <= MAX_OPTIONAL_BYTES,
        "optional data of " + optionalBytes + " bytes exceed " + MAX_OPTIONAL_BYTES);
    trailerPromised = (optional & Format.XL_OPTIONAL_TRAILER) != 0;
    optionalLeft = optionalBytes - Integer.BYTES;
    expect(Stage.CONFIGURATION_LENGTH, Integer.BYTES);
    return null;
  }

  private ImageEvent configurationLength(ByteBuffer part) throws ImageRefused {
    long length = Integer.toUnsignedLong(part.getInt());
    require(length > 0, "empty");
    require(length <= optionalLeft, "length " + length + " of " + optionalLeft + " bytes");
    require(
        length <= MAX_CONFIGURATION_BYTES,
        "length " + length + " exceeds " + MAX_CONFIGURATION_BYTES);
    optionalLeft -= length;
    expectWithin(Stage.CONFIGURATION, (int) length);
    return null;
  }

  private ImageEvent configuration(ByteBuffer part) throws ImageRefused {
    int last = part.limit() - 1;
    if (part.get(last) == 0) {
      part.limit(last);
    }
    String json;
    try {
      json = StandardCharsets.UTF_8.newDecoder().decode(part).toString();
    } catch (CharacterCodingException e) {
      throw refused("not UTF-8");
    }
    require(!json.isEmpty(), "empty");
    require(json.indexOf('\0') < 0, "holds a NUL");
    stage = Stage.OPTIONAL_REST;
    at = intake.offset();
    intake.expectSkip(optionalLeft);
    return new ImageEvent.Configuration(json);
  }

  private ImageEvent libxlHeaderNext() {
    expect(Stage.LIBXL_HEADER, Format.LIBXL_HEADER_BYTES);
    return null;
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
    if (ofFile) {
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
    at = intake.offset();
    expectWithin(next, bytes);
  }

  /** Another part of the element that has begun. */
  private void expectWithin(Stage next, int bytes) {
    stage = next;
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
