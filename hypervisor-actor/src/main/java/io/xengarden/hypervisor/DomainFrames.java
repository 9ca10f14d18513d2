package io.xengarden.hypervisor;

import io.xengarden.abi.Errno;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.hypervisor.memory.Extent;
import io.xengarden.hypervisor.memory.FrameAllocator;
import io.xengarden.hypervisor.memory.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Frames to domains and back. */
final class DomainFrames {
  /** Xen's own frames for a domain: shared_info and the grant table. */
  static final int XEN_HEAP_FRAMES = 1 + GrantTable.MAX_FRAMES;

  /** Grant entries name guest frames by 32 bits. */
  private static final long MAX_GFN = 0xffff_ffffL;

  private final FrameAllocator allocator;

  DomainFrames(FrameAllocator allocator) {
    this.allocator = allocator;
  }

  /** RAM from guest frame 0 on, and Xen's own; nothing when not all of it is there. */
  Optional<DomainEntry.Frames> allocate(long pages) {
    if (pages > allocator.freeFrames() - XEN_HEAP_FRAMES) {
      return Optional.empty();
    }
    Reservation ram = new Reservation();
    long gfn = 0;
    for (Extent extent : allocator.allocate(pages).orElseThrow()) {
      ram.add(gfn, extent);
      gfn += extent.count();
    }
    List<Extent> sharedInfo = allocator.allocate(1).orElseThrow();
    List<Extent> grantTable = allocator.allocate(GrantTable.MAX_FRAMES).orElseThrow();
    return Optional.of(new DomainEntry.Frames(ram, sharedInfo.getFirst().mfn(), grantTable));
  }

  /** What was allocated for a domain that is not made after all. */
  void free(DomainEntry.Frames frames) {
    frames.ram().removeAll().forEach(allocator::free);
    allocator.free(new Extent(frames.sharedInfoMfn(), 1));
    frames.grantTable().forEach(allocator::free);
  }

  /** Everything of a domain that is gone. */
  void free(DomainEntry domain) {
    free(domain.frames);
    domain.lingeringFrames.forEach(mfn -> allocator.free(new Extent(mfn, 1)));
    domain.lingeringFrames.clear();
  }

  /** The extents of up to {@code count} new frames from guest frame {@code gfn} on. */
  List<Extent> grow(DomainEntry domain, long gfn, long count) {
    Reservation ram = domain.frames.ram();
    long room = Math.min(domain.maxPages - ram.pages(), allocator.freeFrames());
    long granted = Math.min(count, room);
    if (granted <= 0) {
      return List.of();
    }
    List<Extent> extents = allocator.allocate(granted).orElseThrow();
    long next = gfn;
    for (Extent extent : extents) {
      ram.add(next, extent);
      next += extent.count();
    }
    return extents;
  }

  /**
   * Takes frames back; those that others have mapped are told to {@code unpinned} when they are not
   * any more.
   *
   * @return pages taken from the domain
   */
  long shrink(DomainEntry domain, long gfn, long count, LongConsumer unpinned) {
    long taken = 0;
    for (Extent extent : domain.frames.ram().remove(gfn, count)) {
      taken += extent.count();
      for (Extent free : freeableParts(domain, extent, unpinned)) {
        allocator.free(free);
      }
    }
    return taken;
  }

  private static List<Extent> freeableParts(
      DomainEntry domain, Extent extent, LongConsumer unpinned) {
    List<Extent> parts = new ArrayList<>();
    long start = extent.mfn();
    for (long mfn = extent.mfn(); mfn < extent.end(); mfn++) {
      if (!domain.xen.grants().whenUnpinned(mfn, unpinned)) {
        domain.lingeringFrames.add(mfn);
        if (mfn > start) {
          parts.add(new Extent(start, mfn - start));
        }
        start = mfn + 1;
      }
    }
    if (extent.end() > start) {
      parts.add(new Extent(start, extent.end() - start));
    }
    return parts;
  }

  /** A frame that {@link #shrink} had to leave. */
  void freeLingering(DomainEntry domain, long mfn) {
    if (domain.lingeringFrames.remove(mfn)) {
      allocator.free(new Extent(mfn, 1));
    }
  }

  /** 0, or -EINVAL for guest frames that cannot be, or have RAM when they are to get some. */
  static long check(DomainEntry domain, long gfn, long count, boolean grow) {
    boolean possible = gfn >= 0 && count > 0 && gfn <= MAX_GFN && count <= MAX_GFN - gfn + 1;
    if (!possible || (grow && !domain.frames.ram().isFree(gfn, count))) {
      return Errno.EINVAL.result();
    }
    return 0;
  }
}
