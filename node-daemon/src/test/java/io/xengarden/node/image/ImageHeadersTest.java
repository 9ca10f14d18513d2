package io.xengarden.node.image;

import static io.xengarden.node.image.BadImages.DOMAIN_HEADER;
import static io.xengarden.node.image.BadImages.LIBXC_HEADER;
import static io.xengarden.node.image.BadImages.LIBXL;
import static io.xengarden.node.image.BadImages.fileWith;
import static io.xengarden.node.image.BadImages.in;
import static io.xengarden.node.image.BadImages.streamWith;
import static io.xengarden.node.image.BadImages.streamWithBig;
import static io.xengarden.node.image.Decoded.refusalOfFile;
import static io.xengarden.node.image.Decoded.refusalOfStream;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of foreign files and of headers that cannot be, with the byte pointed to. */
class ImageHeadersTest {
  @Test
  void emptyAndShortFilesAreForeign() {
    assertThat(refusalOfFile(new byte[0]))
        .isEqualTo("FILE: xl header at byte 0: not an image of xl save: only 0 bytes");
    assertThat(refusalOfFile("hello".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo("FILE: xl header at byte 0: not an image of xl save: only 5 bytes");
  }

  @Test
  void foreignFilesAreNamed() {
    byte[] xend = new byte[100];
    System.arraycopy("LinuxGuestRecord".getBytes(StandardCharsets.US_ASCII), 0, xend, 0, 16);

    assertThat(refusalOfFile(xend))
        .isEqualTo("FILE: xl header at byte 0: a save file of xend (xm save), not of xl");
    assertThat(refusalOfFile(new byte[100]))
        .isEqualTo("FILE: xl header at byte 0: not an image of xl save");
    assertThat(refusalOfFile(SampleImage.stream()))
        .as("a bare migration stream")
        .isEqualTo("FILE: xl header at byte 0: not an image of xl save");
    assertThat(refusalOfStream(SampleImage.file()))
        .isEqualTo("FILE: libxl header at byte 0: no LibxlFmt: not a libxl stream");
  }

  @Test
  void xlHeadersAreChecked() {
    assertThat(fileWith(32, 0x04030201)).isEqualTo(inXlHeader("of a big-endian host"));
    assertThat(fileWith(32, 17)).isEqualTo(inXlHeader("byte order 0x11"));
    assertThat(fileWith(36, 1)).isEqualTo(inXlHeader("holds a legacy (version 1) stream"));
    assertThat(fileWith(36, 2)).isEqualTo(inXlHeader("its configuration is not JSON"));
    assertThat(fileWith(36, 7)).isEqualTo(inXlHeader("unknown mandatory flags 0x4"));
    assertThat(fileWith(44, 0)).isEqualTo(inXlHeader("no domain configuration"));
    assertThat(fileWith(44, -1))
        .isEqualTo(inXlHeader("optional data of 4294967295 bytes exceed 4194304"));
  }

  private static String inXlHeader(String why) {
    return "FILE: xl header at byte 0: " + why;
  }

  @Test
  void configurationsAreChecked() {
    String at = "FILE: domain configuration at byte 48: ";
    assertThat(fileWith(48, 0)).isEqualTo(at + "empty");
    assertThat(fileWith(48, -1)).startsWith(at + "length 4294967295 of ");
    byte[] large = SampleImage.file();
    ByteBuffer bytes = ByteBuffer.wrap(large).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(44, 2 << 20).putInt(48, (1 << 20) + 1);
    assertThat(refusalOfFile(large)).isEqualTo(at + "length 1048577 exceeds 1048576");
    assertThat(fileWith(52, 0x7b00007b)).isEqualTo(at + "holds a NUL");
    assertThat(fileWith(52, 0xffffffff)).isEqualTo(at + "not UTF-8");
  }

  @Test
  void optionalDataBehindTheConfigurationIsSkipped() throws ImageRefused {
    byte[] file = SampleImage.file();
    byte[] longer = new byte[file.length + 6 - 24];
    System.arraycopy(file, 0, longer, 0, LIBXL);
    System.arraycopy(file, LIBXL, longer, LIBXL + 6, file.length - 24 - LIBXL);
    ByteBuffer bytes = ByteBuffer.wrap(longer).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(44, bytes.getInt(44) + 6).putInt(40, 0);

    assertThat(Decoded.file(longer).only(ImageEvent.Configuration.class).json())
        .isEqualTo(SampleImage.JSON);
  }

  @Test
  void libxlHeadersAreChecked() {
    String at = "FILE: libxl header at byte 0: ";
    assertThat(streamWithBig(0, 0)).isEqualTo(at + "no LibxlFmt: not a libxl stream");
    assertThat(streamWithBig(8, 1)).isEqualTo(at + "version 1, not 2");
    assertThat(streamWithBig(12, 1)).isEqualTo(at + "a big-endian stream");
    assertThat(streamWithBig(12, 4)).isEqualTo(at + "unknown options 0x4");
    assertThat(streamWithBig(12, 2)).as("converted by Xen").isEqualTo("accepted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0          | libxl END                    | no LIBXC_CONTEXT before it
          2          | libxl EMULATOR_XENSTORE_DATA | belongs to an HVM guest
          3          | libxl EMULATOR_CONTEXT       | belongs to an HVM guest
          4          | libxl CHECKPOINT_END         | belongs to a Remus or COLO stream and is not supported
          5          | libxl CHECKPOINT_STATE       | belongs to a Remus or COLO stream and is not supported
          6          | libxl record 0x6             | unknown mandatory record
          2147483647 | libxl record 0x7fffffff      | unknown mandatory record
          """)
  void libxlRecordsOfOtherGuestsAreRefused(int type, String element, String why) {
    assertThat(streamWith(16, type)).isEqualTo("FILE: " + element + " at byte 16: " + why);
  }

  @Test
  void libxlRecordsHaveNoBodies() {
    assertThat(streamWith(20, 8))
        .isEqualTo("FILE: libxl LIBXC_CONTEXT at byte 16: length 8 is not 0");
    byte[] stream = SampleImage.stream();
    int end = stream.length - 8;
    assertThat(streamWith(end, 1))
        .isEqualTo("FILE: libxl LIBXC_CONTEXT at byte " + end + ": a second one");
  }

  @Test
  void libxcHeadersAreChecked() {
    assertThat(streamWithBig(LIBXC_HEADER, 0))
        .isEqualTo(inLibxcHeader("no marker: a legacy (version 1) stream"));
    assertThat(streamWithBig(LIBXC_HEADER + 8, 0))
        .isEqualTo(inLibxcHeader("no XENF behind the marker"));
    assertThat(streamWithBig(LIBXC_HEADER + 12, 1))
        .isEqualTo(inLibxcHeader("version 1, not 2 or 3"));
    assertThat(streamWithBig(LIBXC_HEADER + 12, 4))
        .isEqualTo(inLibxcHeader("version 4, not 2 or 3"));
    assertThat(streamWithBig(LIBXC_HEADER + 16, 1 << 16))
        .isEqualTo(inLibxcHeader("a big-endian stream"));
    assertThat(streamWithBig(LIBXC_HEADER + 20, 1))
        .isEqualTo(inLibxcHeader("reserved field is not zero"));
  }

  @Test
  void guestsOfOtherKindsAreNamed() {
    assertThat(streamWith(DOMAIN_HEADER, 2)).isEqualTo(inLibxcHeader("an HVM guest, not PV"));
    assertThat(streamWith(DOMAIN_HEADER, 3)).isEqualTo(inLibxcHeader("a PVH guest, not PV"));
    assertThat(streamWith(DOMAIN_HEADER, 4)).isEqualTo(inLibxcHeader("an ARM guest, not x86 PV"));
    assertThat(streamWith(DOMAIN_HEADER, 9)).isEqualTo(inLibxcHeader("unknown domain type 9"));
    assertThat(streamWith(DOMAIN_HEADER + 4, 14)).isEqualTo(inLibxcHeader("page shift 14, not 12"));
    assertThat(in(LibxcRecord.X86_PV_INFO, 8, 0x0304)).endsWith(": a 32-bit guest");
    assertThat(in(LibxcRecord.X86_PV_INFO, 8, 0x0408 + (1 << 16)))
        .endsWith(": reserved field is not zero");
    assertThat(in(LibxcRecord.X86_PV_INFO, 8, 0x0508))
        .endsWith(": width 8 and 5 levels, not 8 and 4");
  }

  private static String inLibxcHeader(String why) {
    return "FILE: libxc header at byte " + LIBXC_HEADER + ": " + why;
  }
}
