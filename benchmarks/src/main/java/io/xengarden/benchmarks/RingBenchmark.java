package io.xengarden.benchmarks;

import io.xengarden.abi.BackRing;
import io.xengarden.abi.BlkifRequest;
import io.xengarden.abi.BlkifResponse;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.BlkifSegment;
import io.xengarden.abi.FrontRing;
import io.xengarden.abi.SharedRing;
import io.xengarden.machine.Memory;
import io.xengarden.machine.PageView;
import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.storage.blkback.Blkback;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A block request there and its response back, both sides on one thread: the cost, not the wait.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RingBenchmark {
  private static final int BARE_PAGE = 1;
  private static final int BACKEND_PAGE = 2;
  private static final int DATA_PAGE = 3;
  private static final int RING_GREF = 100;
  private static final int DATA_GREF = 101;
  private static final int HANDLE = 51712;
  private static final long DISK_BYTES = 1 << 20;

  private final byte[] slot = new byte[BlkifRing.REQUEST_SIZE];
  private final BlkifRequest request =
      new BlkifRequest(BlkifRing.OP_READ, HANDLE, 7, 8, List.of(new BlkifSegment(DATA_GREF, 0, 7)));
  private GuestPages guest;
  private PageView bareRing;
  private Blkback blkback;
  private int bare;
  private int through;

  @Setup
  public void connect() throws Exception {
    guest = new GuestPages();
    guest.grant(RING_GREF, BACKEND_PAGE);
    guest.grant(DATA_GREF, DATA_PAGE);
    SharedRing.init(guest.memory, (long) BARE_PAGE << Memory.PAGE_SHIFT);
    SharedRing.init(guest.memory, (long) BACKEND_PAGE << Memory.PAGE_SHIFT);
    bareRing = guest.memory.page(BARE_PAGE, true);
    Memory ring =
        guest
            .dom0
            .map(RING_GREF, io.xengarden.hypervisor.gnttab.GrantAccess.Access.READ_WRITE)
            .page();
    blkback =
        new Blkback(
            new Blkback.Link(ring, guest.dom0, () -> {}),
            new Blkback.Disk(new NoDisk(), Access.READ_WRITE, HANDLE),
            () -> {});
  }

  @TearDown
  public void end() {
    guest.close();
  }

  /** Nothing but the ring's own work. */
  @Benchmark
  public long bareRoundTrip() {
    long base = (long) BARE_PAGE << Memory.PAGE_SHIFT;
    BlkifRing.writeRequest(guest.memory, base, bare, request);
    FrontRing.pushRequests(guest.memory, base, bare, bare + 1);
    if (BackRing.unconsumedRequests(bareRing, 0, bare, BlkifRing.SLOTS) != 1) {
      throw new IllegalStateException("no request");
    }
    bareRing.read(BlkifRing.slot(0, bare), slot, 0, slot.length);
    BackRing.finalCheckForRequests(bareRing, 0, bare + 1);
    BlkifRing.writeResponse(bareRing, 0, bare, new BlkifResponse(7, BlkifRing.OP_READ, 0));
    BackRing.pushResponses(bareRing, 0, bare, bare + 1);
    long answer = takeResponse(base, bare);
    bare++;
    return answer;
  }

  /** With all that blkback checks and maps, and a disk that answers at once. */
  @Benchmark
  public long throughBlkback() {
    long base = (long) BACKEND_PAGE << Memory.PAGE_SHIFT;
    BlkifRing.writeRequest(guest.memory, base, through, request);
    FrontRing.pushRequests(guest.memory, base, through, through + 1);
    blkback.turn();
    blkback.answer();
    long answer = takeResponse(base, through);
    through++;
    return answer;
  }

  private long takeResponse(long base, int index) {
    if (FrontRing.unconsumedResponses(guest.memory, base, index, 1) != 1) {
      throw new IllegalStateException("no response");
    }
    BlkifResponse response = BlkifRing.readResponse(guest.memory, base, index);
    FrontRing.finalCheckForResponses(guest.memory, base, index + 1);
    if (response.status() != BlkifRing.STATUS_OKAY) {
      throw new IllegalStateException("status " + response.status());
    }
    return response.id();
  }

  /** A disk that has done everything before it is asked. */
  private record NoDisk() implements BlockImage {
    @Override
    public long sizeBytes() {
      return DISK_BYTES;
    }

    @Override
    public void read(long offset, ByteBuffer target, IoDone done) {
      done.done(null);
    }

    @Override
    public void write(long offset, ByteBuffer source, IoDone done) {
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
