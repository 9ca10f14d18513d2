package io.xengarden.node.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.xengarden.machine.Memory;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/**
 * Whatever the bytes: refused with one line, or the very guest; never more, and never much memory.
 */
class HostileImageProperties {
  private static final byte[] FILE = SampleImage.file();
  private static final byte[] STREAM = SampleImage.stream();
  private static final String LINE = "FILE: [^\\n]+ at byte \\d+: [^\\n]+";

  /** Beside what a decoder may retain: events, exceptions and their text, on a cold JVM. */
  private static final long SLACK_BYTES = 2 << 20;

  private enum Kind {
    FLIP_BIT,
    SET_BYTES,
    TRUNCATE,
    INSERT,
    REMOVE,
    REPEAT
  }

  /**
   * @param where in parts of the whole image
   * @param value a bit, bytes, or a length, as the kind wants
   */
  record Mutation(Kind kind, double where, int value) {
    byte[] apply(byte[] image) {
      int at = (int) (where * image.length);
      int length = Math.min(1 + (value & 0x3f), image.length - at);
      return switch (kind) {
        case FLIP_BIT -> {
          byte[] flipped = image.clone();
          flipped[at] ^= (byte) (1 << (value & 7));
          yield flipped;
        }
        case SET_BYTES -> {
          byte[] set = Arrays.copyOf(image, image.length);
          for (int i = at; i < Math.min(at + 4, image.length); i++) {
            set[i] = (byte) (value >>> 8 * (i - at));
          }
          yield set;
        }
        case TRUNCATE -> Arrays.copyOf(image, at);
        case INSERT -> splice(image, at, at, bytes(value, length));
        case REMOVE -> splice(image, at, at + length, new byte[0]);
        case REPEAT -> splice(image, at, at, Arrays.copyOfRange(image, at, at + length));
      };
    }

    private static byte[] splice(byte[] image, int from, int to, byte[] with) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(image, 0, from);
      out.writeBytes(with);
      out.write(image, to, image.length - to);
      return out.toByteArray();
    }

    private static byte[] bytes(int seed, int length) {
      byte[] bytes = new byte[length];
      new Random(seed).nextBytes(bytes);
      return bytes;
    }
  }

  @Provide
  Arbitrary<List<Mutation>> mutations() {
    Arbitrary<Double> where =
        Arbitraries.oneOf(
            Arbitraries.doubles().between(0, true, 1, false),
            Arbitraries.doubles().between(0, true, 0.2, false), // headers
            Arbitraries.doubles().between(0.95, true, 1, false)); // END and trailer
    Arbitrary<Integer> values =
        Arbitraries.oneOf(Arbitraries.integers(), Arbitraries.integers().between(-9, 9));
    return Combinators.combine(Arbitraries.of(Kind.class), where, values)
        .as(Mutation::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  @Property(tries = 3000)
  void aSpoiltFileIsRefused(@ForAll("mutations") List<Mutation> mutations) throws ImageRefused {
    byte[] spoilt = applied(FILE, mutations);
    String outcome = Decoded.refusalOfFile(spoilt);

    if (Arrays.equals(spoilt, FILE)) {
      assertThat(outcome).isEqualTo("accepted");
    } else {
      assertThat(outcome).matches(LINE);
    }
  }

  /** A stream has no checksum: what is not structure may differ, but nothing breaks. */
  @Property(tries = 3000)
  void aSpoiltStreamIsRefusedOrWhole(@ForAll("mutations") List<Mutation> mutations) {
    String outcome = Decoded.refusalOfStream(applied(STREAM, mutations));

    assertThat(outcome).matches(LINE + "|accepted");
  }

  @Property(tries = 1000)
  void randomBytesAreRefused(@ForAll @Size(max = 400) byte[] bytes) {
    assertThat(Decoded.refusalOfFile(bytes)).matches(LINE);
    assertThat(Decoded.refusalOfStream(bytes)).matches(LINE);
  }

  /** Random bytes behind a valid beginning reach the deeper parts. */
  @Property(tries = 3000)
  void randomBytesBehindAValidBeginningAreRefused(
      @ForAll long seed, @ForAll @Size(min = 1, max = 200) byte[] bytes) {
    int keep = new Random(seed).nextInt(STREAM.length);
    byte[] image = Arrays.copyOf(STREAM, keep + bytes.length);
    System.arraycopy(bytes, 0, image, keep, bytes.length);

    assertThat(Decoded.refusalOfStream(image)).matches(LINE + "|accepted");
  }

  /** Every bit of headers and trailer; of the rest, one bit of each byte. */
  @Example
  void everyFlippedBitOfAFileIsRefused() {
    byte[] image = SampleImage.file(new SparsePages().noise(1, 1), SampleImage.state(0));
    for (int at = 0; at < image.length; at++) {
      boolean everyBit = at < 600 || at >= image.length - 200;
      for (int bit = everyBit ? 0 : at & 7; bit < 8; bit += everyBit ? 1 : 8) {
        image[at] ^= (byte) (1 << bit);
        String outcome = Decoded.refusalOfFile(image);
        image[at] ^= (byte) (1 << bit);
        assertThat(outcome).as("bit %d of byte %d", bit, at).matches(LINE);
      }
    }
    assertThat(Decoded.refusalOfFile(image)).isEqualTo("accepted");
  }

  @Property(tries = 500)
  void hostileLengthsAllocateLittle(@ForAll("mutations") List<Mutation> mutations) {
    assertAllocatesLittle(applied(STREAM, mutations));
  }

  /** The most that a decoder can be made to allocate: every claim just within its limit. */
  @Example
  void theLargestClaimsStayWithinTheBound() {
    byte[] stream = STREAM.clone();
    int p2m = SampleImage.recordAt(stream, LibxcRecord.X86_PV_P2M_FRAMES, 0);
    byte[] claim = Arrays.copyOf(stream, p2m + 8 + 8 + 8 * ImageLimits.MAX_P2M_PAGES + 100);
    ByteBuffer bytes = ByteBuffer.wrap(claim).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(p2m + 4, 8 + 8 * ImageLimits.MAX_P2M_PAGES);
    bytes.putInt(p2m + 12, (int) (ImageLimits.MAX_FRAMES - 1));
    Arrays.fill(claim, p2m + 16, claim.length, (byte) 0);

    assertAllocatesLittle(claim);
  }

  private static void assertAllocatesLittle(byte[] stream) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    ByteBuffer page = ByteBuffer.allocate(Memory.PAGE_SIZE);
    ImageDecoder decoder = ImageDecoder.ofStream("FILE", ImageLimits.LARGEST);
    decoder.pagesInto((gfn, type) -> page.clear());
    ByteBuffer input = ByteBuffer.wrap(stream);
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      while (!(decoder.next(input) instanceof ImageEvent.Starved)) {
        continue;
      }
      decoder.finish();
    } catch (ImageRefused e) {
      assertThat(e).hasMessageMatching(LINE);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(allocated)
        .as("bytes allocated for a stream of %d", stream.length)
        .isLessThanOrEqualTo(ImageLimits.MAX_RETAINED_BYTES + SLACK_BYTES);
  }

  private static byte[] applied(byte[] image, List<Mutation> mutations) {
    byte[] result = image;
    for (Mutation mutation : mutations) {
      if (result.length > 0) {
        result = mutation.apply(result);
      }
    }
    return result;
  }
}
