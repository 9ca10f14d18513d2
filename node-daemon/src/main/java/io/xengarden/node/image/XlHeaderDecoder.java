package io.xengarden.node.image;

import static io.xengarden.node.image.ImageLimits.MAX_CONFIGURATION_BYTES;
import static io.xengarden.node.image.ImageLimits.MAX_OPTIONAL_BYTES;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what xl puts before the libxl stream of a save file: its header and the configuration. */
final class XlHeaderDecoder {
  private static final byte[] XEND_MAGIC = "LinuxGuestRecord".getBytes(StandardCharsets.ISO_8859_1);
  private static final int FLAGS_BYTES = Format.XL_HEADER_BYTES - Format.XL_MAGIC.length;

  private enum Stage {
    MAGIC("xl header"),
    FLAGS("xl header"),
    CONFIGURATION_LENGTH("domain configuration"),
    CONFIGURATION("domain configuration"),
    OPTIONAL_REST("optional data"),
    ENDED("xl header");

    private final String element;

    Stage(String element) {
      this.element = element;
    }
  }

  private final Intake intake;
  private Stage stage;
  private long at;
  private boolean trailerPromised;
  private long optionalLeft;

  XlHeaderDecoder(Intake intake) {
    this.intake = intake;
    expect(Stage.MAGIC, Format.XL_MAGIC.length);
  }

  boolean hasEnded() {
    return stage == Stage.ENDED;
  }

  /** Whether the file says that a checksum trailer ends it. */
  boolean promisesTrailer() {
    return trailerPromised;
  }

  /** The next event, {@code Starved} included; null when it is to be called again. */
  ImageEvent step() throws ImageRefused {
    if (stage == Stage.OPTIONAL_REST) {
      return skipRest();
    }
    if (!intake.gather()) {
      return ImageEvent.Starved.INSTANCE;
    }
    return switch (stage) {
      case MAGIC -> magic(intake.part());
      case FLAGS -> flags(intake.part());
      case CONFIGURATION_LENGTH -> configurationLength(intake.part());
      case CONFIGURATION -> configuration(intake.part());
      case OPTIONAL_REST, ENDED -> throw new IllegalStateException("xl header " + stage);
    };
  }

  /** The file was cut off here. */
  ImageRefused truncated() {
    return stage == Stage.MAGIC
        ? refused("not an image of xl save: only " + intake.offset() + " bytes")
        : refused("truncated at byte " + intake.offset());
  }

  private ImageEvent magic(ByteBuffer part) throws ImageRefused {
    byte[] magic = new byte[Format.XL_MAGIC.length];
    part.get(magic);
    if (Arrays.equals(magic, 0, XEND_MAGIC.length, XEND_MAGIC, 0, XEND_MAGIC.length)) {
      throw refused("a save file of xend (xm save), not of xl");
    }
    require(Arrays.equals(magic, Format.XL_MAGIC), "not an image of xl save");
    expectWithin(Stage.FLAGS, FLAGS_BYTES);
    return null;
  }

  private ImageEvent flags(ByteBuffer part) throws ImageRefused {
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

  private ImageEvent skipRest() {
    if (!intake.skip()) {
      return ImageEvent.Starved.INSTANCE;
    }
    stage = Stage.ENDED;
    return null;
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
