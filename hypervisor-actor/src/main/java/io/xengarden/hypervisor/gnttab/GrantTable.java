package io.xengarden.hypervisor.gnttab;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.GrantStatus;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.memory.Extent;
import io.xengarden.machine.GuestMemory;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/**
 * One domain's grant table, version 1. Guest side: its frames. Mapper side: {@link GrantAccess}.
 *
 * <p>The entries are guest memory: the guest changes them while we look. So flags and domid are
 * read and marked in use by one compare-and-swap, the frame is read after that, and what was found
 * is kept in a {@link Pin}, not read again. Pins are guarded by the table's monitor, held for some
 * tens of nanoseconds, never over a copy; backends of one domain are its only users.
 *
 * <p>A pinned frame is not freed: not by the domain's end ({@link #kill}), not when the guest gives
 * the frame back ({@link #whenUnpinned}).
 */
public final class GrantTable {
  /** Frames of 512 entries; Xen's default limit. */
  public static final int MAX_FRAMES = 64;

  /** Entries of a table: references are below it. */
  public static final int MAX_ENTRIES = MAX_FRAMES * GrantEntry.ENTRIES_PER_FRAME;

  /**
   * Mappings and copies under way of one table, NO_DEVICE_SPACE beyond: each entry once. It is per
   * granter, so that no guest uses up what another one's backends need.
   */
  public static final int MAX_MAPPINGS = MAX_ENTRIES;

  /** Tries to mark an entry that its guest keeps changing, before GENERAL_ERROR. As in Xen. */
  private static final int MAX_TRIES = 5;

  private final Domid owner;
  private final GuestMemory memory;
  private final GuestMemory frames;
  private final LongPredicate xenHeap;

  // Guarded by this.
  private final Pins pins = new Pins();
  private int active;
  private Runnable lastUnmapped;

  /** Frames that their guest gave back while they were pinned; null while there are none. */
  private TreeSet<Long> leaving;

  private LongConsumer left;

  /** A table whose frames are the {@link #MAX_FRAMES} host frames from {@code firstFrameMfn} on. */
  public GrantTable(Domid owner, GuestMemory memory, GuestMemory frames, long firstFrameMfn) {
    this(owner, memory, frames, new Extent(firstFrameMfn, MAX_FRAMES)::contains);
  }

  /**
   * @param memory what the owner grants pages of
   * @param frames the table itself: guest frames 0 to {@code MAX_FRAMES - 1}
   * @param xenHeap host frames that a guest may map but not grant: the table's own, shared_info
   */
  public GrantTable(Domid owner, GuestMemory memory, GuestMemory frames, LongPredicate xenHeap) {
    this.owner = owner;
    this.memory = memory;
    this.frames = frames;
    this.xenHeap = xenHeap;
  }

  public Domid owner() {
    return owner;
  }

  /** The frame behind entries {@code 512 * index} on; the guest maps it by add_to_physmap. */
  public long frameMfn(int index) {
    if (index < 0 || index >= MAX_FRAMES) {
      throw new IllegalArgumentException("grant frame " + index);
    }
    return frames.mfn(index);
  }

  /** Writes an entry on behalf of the builder (console and xenstore pages). */
  public void seed(int gref, Domid to, long gfn) {
    if (gref < 0 || gref >= MAX_ENTRIES || gfn < 0 || gfn > 0xffff_ffffL) {
      throw new IllegalArgumentException("grant " + gref + " of guest frame " + gfn);
    }
    int header = GrantEntry.header(GrantEntry.PERMIT_ACCESS, to.value());
    GrantEntry.write(frames, GrantEntry.at(0, gref), header, (int) gfn);
  }

  /** What {@code mapper} may do with this table; usable from any thread. */
  public GrantAccess access(Domid mapper) {
    return new MapperAccess(this, mapper);
  }

  /** Mappings alive now, and copies under way. */
  public synchronized int activeMappings() {
    return active;
  }

  /**
   * The granter is dying: every new map is refused with BAD_DOMAIN. Once.
   *
   * @param whenUnmapped runs once when no mapping is left, maybe at once, maybe on the thread that
   *     closes the last one
   */
  public void kill(Runnable whenUnmapped) {
    synchronized (this) {
      if (lastUnmapped != null) {
        throw new IllegalStateException("killed twice: domain " + owner);
      }
      lastUnmapped = whenUnmapped;
      if (active > 0) {
        return;
      }
    }
    whenUnmapped.run();
  }

  /**
   * The guest has taken a frame out of its map and gives it back: may it be freed now? If it is
   * mapped by someone, not: then {@code later} gets it, once, on the thread that closes its last
   * mapping.
   */
  public synchronized boolean whenUnpinned(long mfn, LongConsumer later) {
    if (!pins.holds(mfn)) {
      return true;
    }
    if (leaving == null) {
      leaving = new TreeSet<>();
    }
    leaving.add(mfn);
    left = later;
    return false;
  }

  /** Marks the entry in use and pins its page, or says why not. Ended by {@link #unpin}. */
  synchronized Pin pin(int gref, Domid mapper, Access access) throws GrantRefused {
    if (lastUnmapped != null) {
      throw new GrantRefused(GrantStatus.BAD_DOMAIN);
    }
    if (gref < 0 || gref >= MAX_ENTRIES) {
      throw new GrantRefused(GrantStatus.BAD_GNTREF);
    }
    if (active == MAX_MAPPINGS) {
      throw new GrantRefused(GrantStatus.NO_DEVICE_SPACE);
    }
    boolean write = access == Access.READ_WRITE;
    Pin pin = pins.find(gref);
    if (pin == null) {
      mark(gref, mapper, write);
      pin = pinFrame(gref, mapper, write);
    } else {
      share(pin, mapper, write);
    }
    pin.users++;
    pin.writers += write ? 1 : 0;
    active++;
    return pin;
  }

  /**
   * A second use of an entry goes to the page of the first, whatever the guest has written since.
   */
  private void share(Pin pin, Domid mapper, boolean write) throws GrantRefused {
    if (pin.mapper != mapper.value()) {
      throw new GrantRefused(GrantStatus.PERMISSION_DENIED);
    }
    if (write && pin.writers == 0) {
      mark(pin.gref, mapper, true);
    }
    if (!pin.ensureView(memory, write)) {
      unmark(pin.gref, write && pin.writers == 0 ? GrantEntry.WRITING : 0);
      throw new GrantRefused(GrantStatus.BAD_PAGE);
    }
  }

  private Pin pinFrame(int gref, Domid mapper, boolean write) throws GrantRefused {
    long gfn = GrantEntry.readFrame(frames, GrantEntry.at(0, gref));
    long mfn = memory.mfn(gfn);
    Pin pin = new Pin(gref, mapper.value(), gfn, mfn);
    if (mfn < 0 || xenHeap.test(mfn) || !pin.ensureView(memory, write)) {
      unmark(gref, GrantEntry.READING | GrantEntry.WRITING);
      throw new GrantRefused(GrantStatus.BAD_PAGE);
    }
    pins.add(pin);
    return pin;
  }

  /**
   * Sets reading, and writing if so, in an entry that permits it. Xen says GENERAL_ERROR to all of
   * these refusals; the header allows the word that fits.
   */
  private void mark(int gref, Domid mapper, boolean write) throws GrantRefused {
    long entry = GrantEntry.at(0, gref);
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      int header = GrantEntry.readHeader(frames, entry);
      int flags = GrantEntry.flags(header);
      if ((flags & GrantEntry.TYPE_MASK) != GrantEntry.PERMIT_ACCESS) {
        throw new GrantRefused(GrantStatus.BAD_GNTREF);
      }
      boolean readonly = (flags & GrantEntry.READONLY) != 0;
      if (GrantEntry.domid(header) != mapper.value() || (write && readonly)) {
        throw new GrantRefused(GrantStatus.PERMISSION_DENIED);
      }
      int marked = header | GrantEntry.READING | (write ? GrantEntry.WRITING : 0);
      if (frames.compareAndSetInt(entry, header, marked)) {
        return;
      }
    }
    throw new GrantRefused(GrantStatus.GENERAL_ERROR);
  }

  /** One operation, no loop: a guest that keeps writing its entry cannot hold us up. */
  private void unmark(int gref, int flags) {
    if (flags != 0) {
      frames.getAndBitwiseAndLong(GrantEntry.at(0, gref), ~(long) flags);
    }
  }

  /** GNTTABOP_unmap_grant_ref; a second time does nothing. */
  void unmap(TableMapping mapping) {
    Waiting waiting;
    synchronized (this) {
      if (mapping.closed) {
        return;
      }
      mapping.closed = true;
      waiting = release(mapping.pin, mapping.write);
    }
    if (waiting != null) {
      waiting.tell();
    }
  }

  /** Ends a {@link #pin}. */
  void unpin(Pin pin, boolean write) {
    Waiting waiting;
    synchronized (this) {
      waiting = release(pin, write);
    }
    if (waiting != null) {
      waiting.tell();
    }
  }

  /** Who waited for the last use of a frame, or of any; told outside the monitor. */
  private record Waiting(LongConsumer left, long mfn, Runnable unmapped) {
    void tell() {
      if (left != null) {
        left.accept(mfn);
      }
      if (unmapped != null) {
        unmapped.run();
      }
    }
  }

  private Waiting release(Pin pin, boolean write) {
    pin.users--;
    pin.writers -= write ? 1 : 0;
    active--;
    if (pin.users == 0) {
      pins.remove(pin);
      unmark(pin.gref, GrantEntry.READING | GrantEntry.WRITING);
    } else if (write && pin.writers == 0) {
      unmark(pin.gref, GrantEntry.WRITING);
    }
    boolean leaves = leaving != null && !pins.holds(pin.mfn) && leaving.remove(pin.mfn);
    boolean last = active == 0 && lastUnmapped != null;
    return leaves || last
        ? new Waiting(leaves ? left : null, pin.mfn, last ? lastUnmapped : null)
        : null;
  }
}
