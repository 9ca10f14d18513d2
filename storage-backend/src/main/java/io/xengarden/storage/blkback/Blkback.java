package io.xengarden.storage.blkback;

import io.xengarden.abi.BackRing;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.machine.Memory;
import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImages.Access;

/**
 * Serves the ring of one connected device, a turn at a time. One owner, one turn at a time; only
 * the image's completions come from other threads, and wait for the next turn.
 *
 * <p>What a request means:
 *
 * <ul>
 *   <li>READ, WRITE: at least one segment; they overtake one another freely.
 *   <li>FLUSH_DISKCACHE: answered when all writes answered before it was taken are durable. With
 *       segments these are written after that, and durable too when it is answered.
 *   <li>WRITE_BARRIER: as a flush with or without segments, and nothing overtakes it: what came
 *       before is answered before it starts, what comes after starts when it is answered.
 *   <li>Anything else, DISCARD and INDIRECT too: EOPNOTSUPP; they were not offered.
 * </ul>
 */
public final class Blkback {
  /** Requests taken in one turn, so that a busy device leaves its thread to others. */
  public static final int REQUESTS_PER_TURN = BlkifRing.SLOTS;

  /** Requests taken and not answered: a frontend cannot have more than the ring has slots. */
  public static final int MAX_IN_FLIGHT = BlkifRing.SLOTS;

  /**
   * The way to the frontend.
   *
   * @param ring the mapped page, writable
   * @param grants what the frontend grants to this domain
   * @param frontend its event channel
   */
  public record Link(Memory ring, GrantAccess grants, EventSink frontend) {}

  /**
   * What is served.
   *
   * @param handle what read and write requests name: the device's number, its low 16 bits
   */
  public record Disk(BlockImage image, Access access, int handle) {}

  private final Link link;
  private final Disk disk;
  private final long sectors;
  private final Completions completions;
  private final ResponseWriter responses;
  private int reqCons;
  private Transfer free;

  /** Taken and not answered; nothing else is taken meanwhile. */
  private Transfer barrier;

  /**
   * @param wake raised, from any thread, when a turn would find something completed
   */
  public Blkback(Link link, Disk disk, EventSink wake) {
    this.link = link;
    this.disk = disk;
    this.sectors = disk.image().sizeBytes() / BlkifRing.SECTOR_SIZE;
    this.completions = new Completions(wake);
    this.responses = new ResponseWriter(link.ring());
  }

  /** Size of the disk in 512-byte sectors. */
  public long sectors() {
    return sectors;
  }

  /** Requests taken and not answered. */
  public int inFlight() {
    return reqCons - responses.produced();
  }

  /** Requests taken since the connection was made; wraps. */
  public int taken() {
    return reqCons;
  }

  /**
   * Answers what has completed and takes new requests, at most {@link #REQUESTS_PER_TURN}.
   *
   * @return whether requests are left for another turn
   * @throws RingCorrupt when the frontend's index cannot be; what has completed is answered
   */
  public boolean turn() {
    try {
      answerCompleted();
      return takeRequests();
    } finally {
      tellFrontend();
    }
  }

  /** Answers what has completed and takes nothing. */
  public void answer() {
    answerCompleted();
    tellFrontend();
  }

  private boolean takeRequests() {
    int budget = REQUESTS_PER_TURN;
    do {
      int waiting =
          BackRing.unconsumedRequests(link.ring(), 0, reqCons, MAX_IN_FLIGHT - inFlight());
      for (; waiting > 0 && barrier == null; waiting--) {
        if (budget-- == 0) {
          return true;
        }
        take();
      }
    } while (barrier == null && BackRing.finalCheckForRequests(link.ring(), 0, reqCons));
    return false;
  }

  private void take() {
    Transfer transfer = free != null ? free : new Transfer(disk.image(), completions);
    free = transfer.next;
    transfer.next = null;
    transfer.request.copyFrom(link.ring(), reqCons);
    reqCons++;
    int refusal = check(transfer.request);
    if (refusal != BlkifRing.STATUS_OKAY) {
      answer(transfer, refusal);
    } else if (transfer.request.op() == BlkifRing.OP_WRITE_BARRIER) {
      barrier = transfer;
      startBarrierWhenAlone();
    } else {
      start(transfer);
    }
  }

  private int check(RequestCopy request) {
    return switch (request.op()) {
      case BlkifRing.OP_READ -> checkData(request, 1);
      case BlkifRing.OP_WRITE -> checkWrite(request, 1);
      case BlkifRing.OP_WRITE_BARRIER, BlkifRing.OP_FLUSH_DISKCACHE -> checkWrite(request, 0);
      default -> BlkifRing.STATUS_EOPNOTSUPP;
    };
  }

  /** A flush of a read-only device has nothing to do, and is welcome to it. */
  private int checkWrite(RequestCopy request, int leastSegments) {
    boolean writes = leastSegments > 0 || request.segments() > 0;
    return writes && disk.access() == Access.READ_ONLY
        ? BlkifRing.STATUS_ERROR
        : checkData(request, leastSegments);
  }

  private int checkData(RequestCopy request, int leastSegments) {
    if (request.segments() < leastSegments || !request.hasValidSegments()) {
      return BlkifRing.STATUS_ERROR;
    }
    if (request.segments() == 0) {
      return BlkifRing.STATUS_OKAY; // a pure flush names no sectors, and no handle
    }
    long first = request.sector();
    boolean inside = first >= 0 && first <= sectors && request.sectorCount() <= sectors - first;
    return inside && request.handle() == disk.handle()
        ? BlkifRing.STATUS_OKAY
        : BlkifRing.STATUS_ERROR;
  }

  private void startBarrierWhenAlone() {
    if (barrier != null && barrier.step() == Transfer.Step.IDLE && inFlight() == 1) {
      start(barrier);
    }
  }

  private void start(Transfer transfer) {
    switch (transfer.request.op()) {
      case BlkifRing.OP_READ -> read(transfer);
      case BlkifRing.OP_WRITE -> write(transfer);
      default -> transfer.flush(Transfer.Step.FLUSH_BEFORE);
    }
  }

  private void read(Transfer transfer) {
    try {
      transfer.read(link.grants());
    } catch (GrantRefused refused) {
      answer(transfer, BlkifRing.STATUS_ERROR);
    }
  }

  private void write(Transfer transfer) {
    try {
      transfer.write(link.grants());
    } catch (GrantRefused refused) {
      answer(transfer, BlkifRing.STATUS_ERROR);
    }
  }

  private void answerCompleted() {
    for (Transfer done = completions.takeAll(); done != null; ) {
      Transfer following = done.next;
      done.next = null;
      goOn(done);
      done = following;
    }
    startBarrierWhenAlone();
  }

  /** A step of a transfer is over: the next one, or its answer. */
  private void goOn(Transfer transfer) {
    if (transfer.hasFailed()) {
      answer(transfer, BlkifRing.STATUS_ERROR);
      return;
    }
    boolean writes = transfer.request.segments() > 0;
    boolean durable = transfer.request.op() != BlkifRing.OP_WRITE;
    Transfer.Step done = transfer.step();
    if (done == Transfer.Step.FLUSH_BEFORE && writes) {
      write(transfer);
    } else if (done == Transfer.Step.WRITE && durable) {
      transfer.flush(Transfer.Step.FLUSH_AFTER);
    } else {
      answer(transfer, BlkifRing.STATUS_OKAY);
    }
  }

  private void answer(Transfer transfer, int status) {
    responses.write(transfer.request, status);
    if (transfer == barrier) {
      barrier = null;
    }
    transfer.reset();
    transfer.next = free;
    free = transfer;
  }

  private void tellFrontend() {
    if (responses.publish()) {
      link.frontend().raise();
    }
  }
}
