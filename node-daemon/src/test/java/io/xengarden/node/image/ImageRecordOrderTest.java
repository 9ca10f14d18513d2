package io.xengarden.node.image;

import static io.xengarden.node.image.BadImages.FIRST_RECORD;
import static io.xengarden.node.image.BadImages.doubled;
import static io.xengarden.node.image.BadImages.in;
import static io.xengarden.node.image.BadImages.recordBytes;
import static io.xengarden.node.image.BadImages.streamWith;
import static io.xengarden.node.image.BadImages.without;
import static io.xengarden.node.image.Decoded.refusalOfStream;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of records too early, twice, or not at all. */
class ImageRecordOrderTest {
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
}
