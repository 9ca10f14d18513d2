package io.xengarden.storage.blkback;

import io.xengarden.abi.BlkifRing;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.machine.PageRun;
import io.xengarden.storage.BlockImage;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One request under way. It works in steps, each some operations of the image: reads or writes of
 * all segments, those that lie side by side in one, or a flush. The ring's owner starts a step;
 * whichever thread completes the step's last operation lets go of the granted pages and hands the
 * transfer back through {@link Completions}. So no page stays mapped once its operation is over,
 * whatever became of the owner.
 */
final class Transfer implements BlockImage.IoDone {
  /** What the step under way does. */
  enum Step {
    IDLE,
    FLUSH_BEFORE,
    READ,
    WRITE,
    FLUSH_AFTER
  }

  final RequestCopy request = new RequestCopy();

  /** The link of the list this transfer is in: free, or completed. */
  Transfer next;

  private final BlockImage image;
  private final Completions completions;
  private final GrantMapping[] mappings = new GrantMapping[BlkifRing.MAX_SEGMENTS];
  private final PageRun run = new PageRun();
  private final AtomicInteger operations = new AtomicInteger();
  private int mapped;
  private Step step = Step.IDLE;
  private volatile boolean failed;

  Transfer(BlockImage image, Completions completions) {
    this.image = image;
    this.completions = completions;
  }

  Step step() {
    return step;
  }

  boolean hasFailed() {
    return failed;
  }

  /** Ready for the next request. */
  void reset() {
    step = Step.IDLE;
    failed = false;
  }

  /** Starts {@link Step#FLUSH_BEFORE} or {@link Step#FLUSH_AFTER}. */
  void flush(Step flush) {
    step = flush;
    operations.set(1);
    image.flush(this);
  }

  /**
   * Starts {@link Step#READ}; nothing is started, nothing stays mapped, when a grant is refused.
   */
  void read(GrantAccess grants) throws GrantRefused {
    map(grants, Access.READ_WRITE);
    step = Step.READ;
    startRuns();
  }

  /** Starts {@link Step#WRITE}; as {@link #read}. */
  void write(GrantAccess grants) throws GrantRefused {
    map(grants, Access.READ_ONLY);
    step = Step.WRITE;
    startRuns();
  }

  /** One operation for each run of segments that lie in memory as they do on the disk. */
  private void startRuns() {
    operations.set(1); // our own, until all are started: nothing is unmapped before
    long offset = request.sector() * BlkifRing.SECTOR_SIZE;
    for (int first = 0, next; first < mapped; first = next) {
      run.start(mappings[first].page());
      next = first + 1;
      while (next < mapped && request.leadsOn(next - 1) && run.extend(mappings[next].page())) {
        next++;
      }
      int length = bytes(first, next);
      start(offset, addressInPage(first), length);
      offset += length;
    }
    done(null);
  }

  private int bytes(int firstSegment, int endSegment) {
    int sectors = 0;
    for (int i = firstSegment; i < endSegment; i++) {
      sectors += request.sectorCount(i);
    }
    return sectors * BlkifRing.SECTOR_SIZE;
  }

  private void start(long offset, long address, int length) {
    operations.incrementAndGet();
    if (step == Step.READ) {
      image.read(offset, run.writeBuffer(address, length), this);
    } else {
      image.write(offset, run.readBuffer(address, length), this);
    }
  }

  /** One operation of the step is over. Any thread, also the owner's while it starts the step. */
  @Override
  public void done(IOException failure) {
    if (failure != null) {
      failed = true;
    }
    if (operations.decrementAndGet() == 0) {
      if (step == Step.READ) {
        markFilled();
      }
      unmap();
      completions.add(this);
    }
  }

  private long addressInPage(int segment) {
    return (long) request.firstSector(segment) * BlkifRing.SECTOR_SIZE;
  }

  private void map(GrantAccess grants, Access access) throws GrantRefused {
    try {
      for (int i = 0; i < request.segments(); i++) {
        mappings[i] = grants.map(request.gref(i), access);
        mapped++;
      }
    } catch (GrantRefused refused) {
      unmap();
      throw refused;
    }
  }

  /** Also after a failed read, which may have filled a part. */
  private void markFilled() {
    for (int i = 0; i < mapped; i++) {
      mappings[i].page().filled(addressInPage(i));
    }
  }

  private void unmap() {
    while (mapped > 0) {
      mapped--;
      mappings[mapped].close();
      mappings[mapped] = null;
    }
  }
}
