package io.xengarden.node.image;

import static io.xengarden.node.image.Decoded.refusalOfFile;
import static io.xengarden.node.image.Decoded.refusalOfStream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The sample image with one thing wrong, and what is said of it. */
final class BadImages {
  static final int LIBXL = SampleImage.LIBXL_AT;

  /** In a stream. */
  static final int LIBXC_HEADER = 16 + 8;

  static final int DOMAIN_HEADER = LIBXC_HEADER + 24;
  static final int FIRST_RECORD = LIBXC_HEADER + 40;

  static String fileWith(int offset, int value) {
    byte[] file = SampleImage.file();
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
    return refusalOfFile(file);
  }

  static String streamWith(int offset, int value) {
    byte[] stream = SampleImage.stream();
    ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
    return refusalOfStream(stream);
  }

  static String streamWithBig(int offset, int value) {
    return streamWith(offset, Integer.reverseBytes(value));
  }

  static String streamWithRecord(int offset, int type, int length) {
    byte[] stream = SampleImage.stream();
    ByteBuffer.wrap(stream)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(offset, type)
        .putInt(offset + 4, length);
    return refusalOfStream(stream);
  }

  /** The refusal of a stream with another u32 at an offset from a record's header. */
  static String in(LibxcRecord record, int offset, int value) {
    return streamWith(SampleImage.recordAt(SampleImage.stream(), record, 0) + offset, value);
  }

  static String lineFor(LibxcRecord record, String why) {
    int at = SampleImage.recordAt(SampleImage.stream(), record, 0);
    return "FILE: " + record + " at byte " + at + ": " + why;
  }

  static int recordBytes(byte[] stream, int at) {
    int length = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN).getInt(at + 4);
    return 8 + (length + 7 & ~7);
  }

  static int recordBytes(byte[] stream, int n, LibxcRecord record) {
    return recordBytes(stream, SampleImage.recordAt(stream, record, n));
  }

  static byte[] doubled(byte[] stream, LibxcRecord record) {
    int at = SampleImage.recordAt(stream, record, 0);
    int length = recordBytes(stream, at);
    byte[] longer = Arrays.copyOf(stream, stream.length + length);
    System.arraycopy(stream, at, longer, at + length, stream.length - at);
    return longer;
  }

  static byte[] without(byte[] stream, LibxcRecord record) {
    int at = SampleImage.recordAt(stream, record, 0);
    int length = recordBytes(stream, at);
    byte[] shorter = Arrays.copyOf(stream, stream.length - length);
    System.arraycopy(stream, at + length, shorter, at, stream.length - at - length);
    return shorter;
  }

  static byte[] inserted(byte[] stream, int at, int type, int length) {
    byte[] longer = Arrays.copyOf(stream, stream.length + 8 + (length + 7 & ~7));
    System.arraycopy(stream, at, longer, longer.length - stream.length + at, stream.length - at);
    Arrays.fill(longer, at, longer.length - stream.length + at, (byte) 0x5a);
    ByteBuffer.wrap(longer).order(ByteOrder.LITTLE_ENDIAN).putInt(at, type).putInt(at + 4, length);
    return longer;
  }

  private BadImages() {}
}
