package io.xengarden.storage.blkback;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.BlkifSegment;
import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImages.Access;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Segments that lie side by side, in memory as on the disk, are one operation of the image. */
class RunsTest {
  private final Rig rig = new Rig();
  private final Recorder image = new Recorder();
  private final Blkback back = rig.back(image, Access.READ_WRITE);

  @AfterEach
  void disconnect() {
    assertThat(rig.ram.mappings()).as("the ring, mapped by two backends").isEqualTo(2);
    rig.close();
  }

  private void serve(int op, List<BlkifSegment> segments) {
    rig.front.put(op, 16, segments);
    rig.front.push();
    back.turn();
    back.answer();
    assertThat(rig.front.poll()).singleElement().matches(answer -> answer.isOkay());
  }

  /** Grants pages in this order of what was free; the rig's free pages lie side by side. */
  private List<Integer> grants(int... order) {
    List<Long> pages = new ArrayList<>();
    for (int i = 0; i < order.length; i++) {
      pages.add(rig.ram.takePage());
    }
    List<Integer> grants = new ArrayList<>();
    for (int index : order) {
      grants.add(rig.ram.grantToDom0(pages.get(index), 0));
    }
    return grants;
  }

  @Test
  void wholePagesInARowAreOneOperation() {
    List<Integer> grants = grants(0, 1, 2);
    serve(
        BlkifRing.OP_WRITE,
        List.of(
            new BlkifSegment(grants.get(0), 2, 7),
            new BlkifSegment(grants.get(1), 0, 7),
            new BlkifSegment(grants.get(2), 0, 0)));
    assertThat(image.operations).containsExactly("write 16+15");
  }

  @Test
  void aReadFillsThemAll() {
    List<Integer> grants = grants(0, 1);
    serve(
        BlkifRing.OP_READ,
        List.of(new BlkifSegment(grants.get(0), 0, 7), new BlkifSegment(grants.get(1), 0, 7)));
    assertThat(image.operations).containsExactly("read 16+16");
  }

  @Test
  void pagesInAnotherOrderAreAnOperationEach() {
    List<Integer> grants = grants(1, 0);
    serve(
        BlkifRing.OP_WRITE,
        List.of(new BlkifSegment(grants.get(0), 0, 7), new BlkifSegment(grants.get(1), 0, 7)));
    assertThat(image.operations).containsExactly("write 16+8", "write 24+8");
  }

  @Test
  void aGapInsideThePagesEndsARun() {
    List<Integer> grants = grants(0, 1, 2);
    serve(
        BlkifRing.OP_READ,
        List.of(
            new BlkifSegment(grants.get(0), 0, 6),
            new BlkifSegment(grants.get(1), 0, 7),
            new BlkifSegment(grants.get(2), 1, 7)));
    assertThat(image.operations).containsExactly("read 16+7", "read 23+8", "read 31+7");
  }

  /** Does everything at once, and says what, in sectors. */
  private static final class Recorder implements BlockImage {
    final List<String> operations = new ArrayList<>();

    @Override
    public long sizeBytes() {
      return Rig.SECTORS * 512L;
    }

    @Override
    public void read(long offset, ByteBuffer target, IoDone done) {
      operations.add("read " + offset / 512 + "+" + target.remaining() / 512);
      done.done(null);
    }

    @Override
    public void write(long offset, ByteBuffer source, IoDone done) {
      operations.add("write " + offset / 512 + "+" + source.remaining() / 512);
      done.done(null);
    }

    @Override
    public void flush(IoDone done) {
      done.done(null);
    }

    @Override
    public void close() {}
  }
}
