package io.xengarden.node.image;

import static io.xengarden.node.image.BadImages.FIRST_RECORD;
import static io.xengarden.node.image.BadImages.LIBXC_HEADER;
import static io.xengarden.node.image.BadImages.in;
import static io.xengarden.node.image.BadImages.inserted;
import static io.xengarden.node.image.BadImages.lineFor;
import static io.xengarden.node.image.BadImages.streamWithRecord;
import static io.xengarden.node.image.BadImages.without;
import static io.xengarden.node.image.Decoded.refusalOfStream;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of records whose lengths or contents cannot be. */
class ImageRecordBodiesTest {
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
}
