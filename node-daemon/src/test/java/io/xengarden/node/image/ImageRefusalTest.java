package io.xengarden.node.image;

import static io.xengarden.node.image.Decoded.refusalOfFile;
import static io.xengarden.node.image.Decoded.refusalOfStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each line that a person may see, with the byte it points to. */
class ImageRefusalTest {
  private static final int LIBXL = SampleImage.LIBXL_AT;

  /** In a stream. */
  private static final int LIBXC_HEADER = 16 + 8;

  private static final int DOMAIN_HEADER = LIBXC_HEADER + 24;
  private static final int FIRST_RECORD = LIBXC_HEADER + 40;

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0x09 | HVM_CONTEXT               | belongs to an HVM guest
          0x0a | HVM_PARAMS                | belongs to an HVM guest
          0x0b | TOOLSTACK                 | belongs to a stream of version 1
          0x0d | VERIFY                    | belongs to xl migrate --debug and is not supported
          0x0e | CHECKPOINT                | belongs to a Remus or COLO stream and is not supported
          0x0f | CHECKPOINT_DIRTY_PFN_LIST | belongs to a Remus or COLO stream and is not supported
          0x13 | record 0x13               | unknown mandatory record
          0x01 | PAGE_DATA                 | comes before X86_PV_INFO
          0x03 | X86_PV_P2M_FRAMES         | comes before X86_PV_INFO
          0x07 | SHARED_INFO               | comes before X86_PV_INFO
          0x00 | END                       | no X86_TSC_INFO before it
          """)
  void recordsThatCannotComeFirstAreRefused(String type, String element, String why) {
    assertThat(streamWith(FIRST_RECORD, Integer.decode(type)))
        .isEqualTo("FILE: " + element + " at byte " + FIRST_RECORD + ": " + why);
  }

  @Test
  void recordsOutOfOrderAreRefused() {
    assertThat(moved(LibxcRecord.X86_PV_P2M_FRAMES, LibxcRecord.STATIC_DATA_END))
        .endsWith("comes before STATIC_DATA_END");
    assertThat(moved(LibxcRecord.PAGE_DATA, LibxcRecord.X86_PV_P2M_FRAMES))
        .endsWith("comes before X86_PV_P2M_FRAMES");
    assertThat(moved(LibxcRecord.SHARED_INFO, LibxcRecord.PAGE_DATA))
        .startsWith("FILE: PAGE_DATA at byte ")
        .endsWith(": comes behind the last page");
    assertThat(moved(LibxcRecord.X86_PV_VCPU_EXTENDED, LibxcRecord.X86_PV_VCPU_BASIC))
        .endsWith("vCPU 0 has no X86_PV_VCPU_BASIC right before it");
    assertThat(moved(LibxcRecord.X86_PV_VCPU_BASIC, LibxcRecord.X86_TSC_INFO))
        .as("behind the pages Xen keeps an order that nothing depends on")
        .isEqualTo("accepted");
  }

  /** The refusal of a stream in which a record comes before an earlier one. */
  private static String moved(LibxcRecord later, LibxcRecord earlier) {
    byte[] stream = SampleImage.stream();
    int to = SampleImage.recordAt(stream, earlier, 0);
    int from = SampleImage.recordAt(stream, later, 0);
    int length = recordBytes(stream, from);
    byte[] record = Arrays.copyOfRange(stream, from, from + length);
    System.arraycopy(stream, to, stream, to + length, from - to);
    System.arraycopy(record, 0, stream, to, length);
    return refusalOfStream(stream);
  }

  @ParameterizedTest
  @CsvSource({
    "X86_PV_INFO",
    "X86_CPUID_POLICY",
    "X86_MSR_POLICY",
    "STATIC_DATA_END",
    "X86_PV_P2M_FRAMES",
    "X86_TSC_INFO",
    "SHARED_INFO"
  })
  void recordsThatComeTwiceAreRefused(LibxcRecord record) {
    byte[] stream = SampleImage.stream();
    int second = SampleImage.recordAt(stream, record, 0) + recordBytes(stream, 0, record);

    assertThat(refusalOfStream(doubled(stream, record)))
        .isEqualTo("FILE: " + record + " at byte " + second + ": a second one");
  }

  @Test
  void aVcpusRecordsComeOnce() {
    byte[] stream = SampleImage.stream();
    assertThat(refusalOfStream(doubled(stream, LibxcRecord.X86_PV_VCPU_BASIC)))
        .endsWith(": vCPU 0 comes behind vCPU 0");
    assertThat(refusalOfStream(doubled(stream, LibxcRecord.X86_PV_VCPU_XSAVE)))
        .endsWith(": a second one for vCPU 0");
  }

  @ParameterizedTest
  @CsvSource({
    "X86_TSC_INFO, END, no X86_TSC_INFO before it",
    "SHARED_INFO, END, no SHARED_INFO before it",
    "STATIC_DATA_END, X86_PV_P2M_FRAMES, comes before STATIC_DATA_END",
    "X86_PV_P2M_FRAMES, PAGE_DATA, comes before X86_PV_P2M_FRAMES",
    "X86_PV_VCPU_BASIC, X86_PV_VCPU_EXTENDED, vCPU 0 has no X86_PV_VCPU_BASIC right before it"
  })
  void missingRecordsAreMissed(LibxcRecord missing, LibxcRecord at, String why) {
    assertThat(refusalOfStream(without(SampleImage.stream(), missing)))
        .startsWith("FILE: " + at + " at byte ")
        .endsWith(": " + why);
  }

  @Test
  void aGuestWithoutVcpu0IsRefused() {
    byte[] stream = SampleImage.stream();
    byte[] bare = stream;
    for (LibxcRecord record :
        new LibxcRecord[] {
          LibxcRecord.X86_PV_VCPU_BASIC,
          LibxcRecord.X86_PV_VCPU_EXTENDED,
          LibxcRecord.X86_PV_VCPU_XSAVE
        }) {
      bare = without(bare, record);
    }
    assertThat(refusalOfStream(bare)).endsWith(": no vCPU 0 before it");
    assertThat(in(LibxcRecord.X86_PV_VCPU_BASIC, 8, 40)).endsWith(": vCPU 40 of at most 32");
    assertThat(in(LibxcRecord.X86_PV_VCPU_BASIC, 8, -1))
        .endsWith(": vCPU 4294967295 of at most 32");
    assertThat(in(LibxcRecord.X86_PV_VCPU_BASIC, 12, 1)).endsWith(": reserved field is not zero");
  }

  @Test
  void edxOfVcpu0MustBeAFrame() {
    int rdx = 8 + 8 + 520 + 12 * 8;
    assertThat(in(LibxcRecord.X86_PV_VCPU_BASIC, rdx, 0x10000))
        .startsWith("FILE: END at byte ")
        .endsWith(": edx of vCPU 0 names 0x10000 of 2048 frames");
  }

  @ParameterizedTest
  @CsvSource({
    "END, 8, length 8 is not 0",
    "PAGE_DATA, 8, length 8 is below 16",
    "PAGE_DATA, 2147483640, length 2147483640 exceeds 4202504",
    "PAGE_DATA, -8, length 4294967288 exceeds 4202504",
    "PAGE_DATA, 28, length 28 is no multiple of 8",
    "X86_PV_INFO, 16, length 16 is not 8",
    "X86_PV_P2M_FRAMES, -8, length 4294967288 exceeds 4194312",
    "X86_PV_VCPU_BASIC, 2808, length 2808 is not 5176",
    "X86_PV_VCPU_XSAVE, 65544, length 65544 exceeds 65536",
    "SHARED_INFO, 4104, length 4104 is not 4096",
    "X86_TSC_INFO, 16, length 16 is not 24",
    "X86_CPUID_POLICY, 32, length 32 is no multiple of 24",
    "X86_CPUID_POLICY, 24600, length 24600 exceeds 24576",
    "X86_MSR_POLICY, 0, length 0 is below 16"
  })
  void lengthsAreBounded(LibxcRecord record, int length, String why) {
    assertThat(in(record, 4, length)).isEqualTo(lineFor(record, why));
  }

  @Test
  void pageBatchesAreChecked() {
    assertThat(in(LibxcRecord.PAGE_DATA, 8, 5000)).isEqualTo(batch("count 5000 exceeds 1024"));
    assertThat(in(LibxcRecord.PAGE_DATA, 8, -1)).isEqualTo(batch("count 4294967295 exceeds 1024"));
    assertThat(in(LibxcRecord.PAGE_DATA, 8, 0)).isEqualTo(batch("count 0"));
    assertThat(in(LibxcRecord.PAGE_DATA, 12, 1)).isEqualTo(batch("reserved field is not zero"));
    assertThat(in(LibxcRecord.PAGE_DATA, 4, 16))
        .isEqualTo(batch("length 16 is too short for 3 pfns"));
    assertThat(in(LibxcRecord.PAGE_DATA, 4, 32))
        .isEqualTo(batch("length 32 is not the 12320 of 3 pages"));
    assertThat(in(LibxcRecord.PAGE_DATA, 24, 2048))
        .isEqualTo(batch("pfn[1] is 0x800, outside the guest's 2048 frames"));
    assertThat(in(LibxcRecord.PAGE_DATA, 28, 0x00100000))
        .isEqualTo(batch("pfn[1] has reserved bits: 0x10000000000007"));
    assertThat(in(LibxcRecord.PAGE_DATA, 28, 0x50000000))
        .isEqualTo(batch("pfn[1] has unknown page type 5"));
    assertThat(in(LibxcRecord.PAGE_DATA, 28, 0xf0000000))
        .as("an XTAB has no page")
        .isEqualTo(batch("length 12320 is not the 8224 of 2 pages"));
  }

  private static String batch(String why) {
    return lineFor(LibxcRecord.PAGE_DATA, why);
  }

  @Test
  void framesWithoutContentAreNamedToTheSink() throws ImageRefused {
    byte[] stream = SampleImage.stream();
    int at = SampleImage.recordAt(stream, LibxcRecord.PAGE_DATA, 0);
    int pages = at + 8 + 8 + 3 * 8;
    ByteBuffer bytes = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(at + 4, bytes.getInt(at + 4) - 4096).putInt(at + 28, PageType.XTAB.code() << 28);
    byte[] shorter = new byte[stream.length - 4096];
    System.arraycopy(stream, 0, shorter, 0, pages + 4096);
    System.arraycopy(stream, pages + 8192, shorter, pages + 4096, stream.length - pages - 8192);

    Decoded decoded = Decoded.stream(shorter);

    assertThat(decoded.pages.types.toString()).isEqualTo("{NOTAB=2, XTAB=1}");
    assertThat(decoded.pages.gfns()).containsExactly(0, 2047);
    assertThat(decoded.only(ImageEvent.PageData.class)).isEqualTo(new ImageEvent.PageData(3, 2));
  }

  @Test
  void theP2msLengthMustFitTheGuest() {
    assertThat(in(LibxcRecord.X86_PV_P2M_FRAMES, 8, 512)).endsWith(": begins at pfn 512, not 0");
    assertThat(in(LibxcRecord.X86_PV_P2M_FRAMES, 12, 2048)).endsWith(": 4 pfns, not the 5 of 2049");
    assertThat(in(LibxcRecord.X86_PV_P2M_FRAMES, 12, -1))
        .endsWith(": 4294967296 frames exceed 268435456");
    assertThat(in(LibxcRecord.X86_PV_P2M_FRAMES, 16, 2048))
        .endsWith(": pfn[0] is 0x800 of 2048 frames");
    ImageDecoder small = ImageDecoder.ofStream("FILE", new ImageLimits(2047, 32));
    assertThat(Decoded.refusalOf(small, SampleImage.stream()))
        .isEqualTo(lineFor(LibxcRecord.X86_PV_P2M_FRAMES, "2048 frames exceed 2047"));
  }

  @Test
  void optionalRecordsAreSkipped() throws ImageRefused {
    byte[] stream = SampleImage.stream();
    byte[] withLibxc = inserted(stream, FIRST_RECORD, 0x80001234, 13);
    byte[] withBoth = inserted(withLibxc, withLibxc.length - 8, 0x80000001, 8);

    Decoded decoded = Decoded.stream(withBoth);

    assertThat(decoded.all(ImageEvent.Skipped.class))
        .containsExactly(
            new ImageEvent.Skipped(0x80001234, 13), new ImageEvent.Skipped(0x80000001, 8));
    assertThat(decoded.sameGuest(Decoded.stream(stream))).isTrue();
    assertThat(streamWithRecord(FIRST_RECORD, 0x80000000, (8 << 20) + 1))
        .isEqualTo("FILE: record 0x80000000 at byte 64: length 8388609 exceeds 8388608");
    assertThat(streamWithRecord(16, 0x80000000, -1))
        .isEqualTo("FILE: libxl record 0x80000000 at byte 16: length 4294967295 exceeds 8388608");
  }

  @Test
  void paddingMustBeZero() {
    byte[] stream = SampleImage.stream();
    int at = SampleImage.recordAt(stream, LibxcRecord.X86_PV_VCPU_XSAVE, 0);
    ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 4, 20);
    assertThat(refusalOfStream(stream)).isEqualTo("accepted");

    stream[at + 8 + 23] = 1;
    assertThat(refusalOfStream(stream))
        .isEqualTo(lineFor(LibxcRecord.X86_PV_VCPU_XSAVE, "padding is not zero"));
  }

  @Test
  void streamsOfVersion2HaveNoStaticData() throws ImageRefused {
    byte[] version3 = SampleImage.stream();
    Consumer<byte[]> toVersion2 = bytes -> bytes[LIBXC_HEADER + 15] = 2;
    byte[] version2 = version3;
    for (LibxcRecord record :
        new LibxcRecord[] {
          LibxcRecord.X86_CPUID_POLICY, LibxcRecord.X86_MSR_POLICY, LibxcRecord.STATIC_DATA_END
        }) {
      version2 = without(version2, record);
    }
    toVersion2.accept(version2);
    toVersion2.accept(version3);

    assertThat(Decoded.stream(version2).sameGuest(Decoded.stream(SampleImage.stream()))).isTrue();
    assertThat(refusalOfStream(version3))
        .isEqualTo(lineFor(LibxcRecord.X86_CPUID_POLICY, "not known in a stream of version 2"));
  }

  @Test
  void everyTruncationIsNamed() {
    byte[] file = SampleImage.file();
    for (int length = 0; length < file.length; length++) {
      assertThat(refusalOfFile(Arrays.copyOf(file, length)))
          .as("the first %d bytes", length)
          .matches(
              "FILE: [^\\n]* at byte \\d+: (truncated at byte " + length + "|missing|not an.*)");
    }
  }

  @Test
  void truncationsSayWhatIsCutOff() {
    byte[] stream = SampleImage.stream();
    int pageData = SampleImage.recordAt(stream, LibxcRecord.PAGE_DATA, 0);

    assertThat(refusalOfStream(Arrays.copyOf(stream, pageData + 5000)))
        .isEqualTo(lineFor(LibxcRecord.PAGE_DATA, "truncated at byte " + (pageData + 5000)));
    assertThat(refusalOfStream(Arrays.copyOf(stream, pageData + 4)))
        .isEqualTo(
            "FILE: record header at byte " + pageData + ": truncated at byte " + (pageData + 4));
    byte[] file = SampleImage.file();
    assertThat(refusalOfFile(Arrays.copyOf(file, file.length - 24)))
        .as("a file of ours without its trailer")
        .isEqualTo("FILE: trailer at byte " + (file.length - 24) + ": missing");
  }

  @Test
  void trailersAreChecked() {
    byte[] file = SampleImage.file();
    int at = file.length - 24;
    String line = "FILE: trailer at byte " + at + ": ";
    assertThat(fileWith(at, 0)).isEqualTo(line + "unknown bytes behind the image");
    assertThat(fileWith(at + 8, 1)).isEqualTo(line + "says 1 bytes come before it, not " + at);
    assertThat(fileWith(at + 16, 1))
        .matches(line + "checksum 00000001 does not match the content's [0-9a-f]{8}");
    assertThat(fileWith(at + 20, 1)).isEqualTo(line + "reserved field is not zero");
    assertThat(refusalOfFile(Arrays.copyOf(file, file.length + 1)))
        .isEqualTo("FILE: end at byte " + file.length + ": bytes behind it");
    byte[] stream = SampleImage.stream();
    assertThat(refusalOfStream(Arrays.copyOf(stream, stream.length + 1)))
        .isEqualTo("FILE: end at byte " + stream.length + ": bytes behind it");
  }

  @Test
  void aFileOfXlHasNoTrailer() throws ImageRefused {
    byte[] file = SampleImage.file();
    byte[] xls = Arrays.copyOf(file, file.length - 24);
    ByteBuffer.wrap(xls).putInt(40, 0);

    assertThat(Decoded.file(xls).sameGuest(Decoded.file(file))).isTrue();
  }

  @Test
  void whatWasRefusedStaysRefused() {
    ImageDecoder decoder = ImageDecoder.ofFile("FILE", ImageLimits.LARGEST);
    String line = Decoded.refusalOf(decoder, new byte[64]);

    assertThatThrownBy(() -> decoder.next(ByteBuffer.wrap(SampleImage.file()))).hasMessage(line);
    assertThatThrownBy(decoder::finish).hasMessage(line);
  }

  private static String fileWith(int offset, int value) {
    byte[] file = SampleImage.file();
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
    return refusalOfFile(file);
  }

  private static String streamWith(int offset, int value) {
    byte[] stream = SampleImage.stream();
    ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
    return refusalOfStream(stream);
  }

  private static String streamWithBig(int offset, int value) {
    return streamWith(offset, Integer.reverseBytes(value));
  }

  private static String streamWithRecord(int offset, int type, int length) {
    byte[] stream = SampleImage.stream();
    ByteBuffer.wrap(stream)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(offset, type)
        .putInt(offset + 4, length);
    return refusalOfStream(stream);
  }

  /** The refusal of a stream with another u32 at an offset from a record's header. */
  private static String in(LibxcRecord record, int offset, int value) {
    return streamWith(SampleImage.recordAt(SampleImage.stream(), record, 0) + offset, value);
  }

  private static String lineFor(LibxcRecord record, String why) {
    int at = SampleImage.recordAt(SampleImage.stream(), record, 0);
    return "FILE: " + record + " at byte " + at + ": " + why;
  }

  private static int recordBytes(byte[] stream, int at) {
    int length = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN).getInt(at + 4);
    return 8 + (length + 7 & ~7);
  }

  private static int recordBytes(byte[] stream, int n, LibxcRecord record) {
    return recordBytes(stream, SampleImage.recordAt(stream, record, n));
  }

  private static byte[] doubled(byte[] stream, LibxcRecord record) {
    int at = SampleImage.recordAt(stream, record, 0);
    int length = recordBytes(stream, at);
    byte[] longer = Arrays.copyOf(stream, stream.length + length);
    System.arraycopy(stream, at, longer, at + length, stream.length - at);
    return longer;
  }

  private static byte[] without(byte[] stream, LibxcRecord record) {
    int at = SampleImage.recordAt(stream, record, 0);
    int length = recordBytes(stream, at);
    byte[] shorter = Arrays.copyOf(stream, stream.length - length);
    System.arraycopy(stream, at + length, shorter, at, stream.length - at - length);
    return shorter;
  }

  private static byte[] inserted(byte[] stream, int at, int type, int length) {
    byte[] longer = Arrays.copyOf(stream, stream.length + 8 + (length + 7 & ~7));
    System.arraycopy(stream, at, longer, longer.length - stream.length + at, stream.length - at);
    Arrays.fill(longer, at, longer.length - stream.length + at, (byte) 0x5a);
    ByteBuffer.wrap(longer).order(ByteOrder.LITTLE_ENDIAN).putInt(at, type).putInt(at + 4, length);
    return longer;
  }
}
