package io.xengarden.node.image;

import static io.xengarden.node.image.BadImages.fileWith;
import static io.xengarden.node.image.BadImages.lineFor;
import static io.xengarden.node.image.Decoded.refusalOfFile;
import static io.xengarden.node.image.Decoded.refusalOfStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is said of images that end too early, too late, or with another sum. */
class ImageEndTest {
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
}
