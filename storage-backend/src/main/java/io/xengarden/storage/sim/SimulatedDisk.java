package io.xengarden.storage.sim;

import io.xengarden.abi.BlkifRing;
import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImage.IoDone;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.storage.BlockImages.OpenDone;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * One simulated disk. An operation takes effect at the end of its delay, so operations overtake one
 * another. A completed write is seen by every read, but survives a {@link #crash} for certain only
 * when a flush that began after it has completed.
 */
public final class SimulatedDisk {
  /** Time and chance. */
  record World(SimulatedImages.Later later, RandomGenerator random) {}

  /** Writes that may be lost; beyond it the oldest are made durable, as in a full cache. */
  public static final int MAX_UNFLUSHED = 65_536;

  /** A write that is not durable. */
  private record Unflushed(long offset, byte[] bytes) {}

  private final String target;
  private final long sizeBytes;
  private final World world;
  private final SparseBytes seen = new SparseBytes();
  private final SparseBytes durable = new SparseBytes();

  /** Completed writes, by the order of their completion. */
  private final TreeMap<Long, Unflushed> unflushed = new TreeMap<>();

  private final List<Unflushed> underWay = new ArrayList<>();
  private final List<Image> open = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private DiskFaults faults = DiskFaults.none();
  private boolean holding;
  private boolean mayBeWritten = true;

  /** Which life of the disk an operation belongs to: a crash ends it. */
  private int life;

  private long completedWrites;

  SimulatedDisk(String target, long sizeBytes, World world) {
    if (sizeBytes < 0 || sizeBytes % BlkifRing.SECTOR_SIZE != 0) {
      throw new IllegalArgumentException(sizeBytes + " bytes are not whole sectors");
    }
    this.target = target;
    this.sizeBytes = sizeBytes;
    this.world = world;
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  /** Images of it that are open. */
  public int openImages() {
    return open.size();
  }

  public void setFaults(DiskFaults faults) {
    this.faults = faults;
  }

  /** From now on it can only be opened for reading. */
  public void writeProtect() {
    mayBeWritten = false;
  }

  /** From now on operations come to their end only at {@link #release}. */
  public void hold() {
    holding = true;
  }

  public void release() {
    holding = false;
    List<Runnable> ends = List.copyOf(held);
    held.clear();
    ends.forEach(end -> world.later().run(Duration.ZERO, end));
  }

  /** What a read would give now. */
  public byte[] read(long offset, int length) {
    byte[] bytes = new byte[length];
    seen.read(offset, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** What a crash now would leave for certain. */
  public byte[] readDurable(long offset, int length) {
    byte[] bytes = new byte[length];
    durable.read(offset, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Puts bytes there that are durable. */
  public void put(long offset, byte[] bytes) {
    seen.write(offset, bytes);
    durable.write(offset, bytes);
  }

  /**
   * The machine loses power: each write that was not flushed, and each that was under way, is lost,
   * kept, or torn at sectors, by chance. What was under way is never answered, and whoever has an
   * image open must open it again.
   */
  public void crash() {
    life++;
    open.clear();
    held.clear();
    unflushed.values().forEach(this::keepSome);
    underWay.forEach(this::keepSome);
    unflushed.clear();
    underWay.clear();
    seen.set(durable);
  }

  private void keepSome(Unflushed write) {
    int sectors = write.bytes().length / BlkifRing.SECTOR_SIZE;
    int fate = world.random().nextInt(3);
    if (fate == 0) {
      durable.write(write.offset(), write.bytes());
    } else if (fate == 1) {
      for (int sector = 0; sector < sectors; sector++) {
        if (world.random().nextBoolean()) {
          keepSector(write, sector * BlkifRing.SECTOR_SIZE);
        }
      }
    }
  }

  private void keepSector(Unflushed write, int at) {
    byte[] sector = new byte[BlkifRing.SECTOR_SIZE];
    System.arraycopy(write.bytes(), at, sector, 0, sector.length);
    durable.write(write.offset() + at, sector);
  }

  void check(Access access, IoDone done) {
    end(() -> done.done(openFailure(access)));
  }

  void open(Access access, OpenDone done) {
    end(
        () -> {
          IOException failure = openFailure(access);
          if (failure == null) {
            Image image = new Image(life);
            open.add(image);
            done.opened(image);
          } else {
            done.failed(failure);
          }
        });
  }

  private IOException openFailure(Access access) {
    return access == Access.READ_WRITE && !mayBeWritten
        ? new IOException(target + ": no permission to write it")
        : null;
  }

  /** Runs what ends an operation after its delay, unless the disk has crashed meanwhile. */
  private void end(Runnable end) {
    int begunIn = life;
    Runnable unlessCrashed =
        () -> {
          if (life == begunIn) {
            end.run();
          }
        };
    world.later().run(delay(), () -> endOrHold(unlessCrashed));
  }

  private void endOrHold(Runnable end) {
    if (holding) {
      held.add(end);
    } else {
      end.run();
    }
  }

  private Duration delay() {
    long least = faults.minDelay().toNanos();
    long most = faults.maxDelay().toNanos();
    return Duration.ofNanos(most > least ? world.random().nextLong(least, most + 1) : least);
  }

  private IOException failure() {
    boolean fails = world.random().nextInt(DiskFaults.MILLION) < faults.errorsPerMillion();
    return fails ? new IOException(target + ": I/O error") : null;
  }

  /** One opening of it. */
  private final class Image implements BlockImage {
    private final int openedIn;
    private int pending;
    private boolean closed;

    Image(int openedIn) {
      this.openedIn = openedIn;
    }

    @Override
    public long sizeBytes() {
      return sizeBytes;
    }

    @Override
    public void read(long offset, ByteBuffer into, IoDone done) {
      operate(
          done,
          () -> {
            IOException failure = failure();
            if (failure == null) {
              seen.read(offset, into);
            }
            return failure;
          });
    }

    @Override
    public void write(long offset, ByteBuffer source, IoDone done) {
      byte[] bytes = new byte[source.remaining()];
      source.duplicate().get(bytes);
      Unflushed begun = new Unflushed(offset, bytes);
      underWay.add(begun);
      operate(
          done,
          () -> {
            underWay.remove(begun);
            source.get(bytes); // as late as a device may look at them
            IOException failure = failure();
            if (failure == null) {
              seen.write(offset, bytes);
              completed(new Unflushed(offset, bytes));
            }
            return failure;
          });
    }

    @Override
    public void flush(IoDone done) {
      long covered = completedWrites;
      operate(
          done,
          () -> {
            IOException failure = failure();
            if (failure == null) {
              makeDurableUpTo(covered);
            }
            return failure;
          });
    }

    @Override
    public void close() {
      closed = true;
      closeWhenIdle();
    }

    private void operate(IoDone done, Supplier<IOException> effect) {
      if (closed || life != openedIn) {
        world.later().run(Duration.ZERO, () -> done.done(new IOException(target + ": closed")));
        return;
      }
      pending++;
      end(
          () -> {
            pending--;
            done.done(effect.get());
            closeWhenIdle();
          });
    }

    private void closeWhenIdle() {
      if (closed && pending == 0) {
        open.remove(this);
      }
    }
  }

  private void completed(Unflushed write) {
    unflushed.put(++completedWrites, write);
    if (unflushed.size() > MAX_UNFLUSHED) {
      makeDurableUpTo(unflushed.firstKey());
    }
  }

  private void makeDurableUpTo(long last) {
    SortedMap<Long, Unflushed> covered = unflushed.headMap(last + 1);
    covered.values().forEach(write -> durable.write(write.offset(), write.bytes()));
    covered.clear();
  }
}
