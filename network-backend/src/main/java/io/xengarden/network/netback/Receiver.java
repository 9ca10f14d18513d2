package io.xengarden.network.netback;

import io.xengarden.abi.BackRing;
import io.xengarden.abi.NetifRing;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.machine.Memory;
import io.xengarden.network.Frame;

/**
 * What the guest gets: frames from the backlog, each into as many of the pages it has offered as
 * are needed. While it offers none, the frame waits, and the backlog fills up.
 */
final class Receiver {
  /** Frames put in one turn. */
  static final int FRAMES_PER_TURN = 128;

  private static final int GREF = 4;

  private final Memory ring;
  private final GrantAccess grants;
  private final Backlog backlog;
  private final int maxLength;
  private final Statistics statistics;

  /** The next frame, while it waits for room. */
  private Frame next;

  private int reqCons;
  private int published;
  private long handled;

  Receiver(Netback.Link link, Netback.Interface settings, Backlog backlog, Statistics statistics) {
    this.ring = link.rx();
    this.grants = link.grants();
    this.backlog = backlog;
    this.maxLength =
        settings.scatterGather()
            ? settings.mtu() + Frame.OVERHEAD
            : Math.min(settings.mtu() + Frame.OVERHEAD, Memory.PAGE_SIZE);
    this.statistics = statistics;
  }

  int waiting() {
    return backlog.size() + (next == null ? 0 : 1);
  }

  /** Frames that were put or dropped. */
  long handled() {
    return handled;
  }

  /** As {@link Netback#turn}. */
  long put() {
    for (int budget = FRAMES_PER_TURN; budget > 0; budget--) {
      if (next == null) {
        next = backlog.poll();
      }
      if (next == null) {
        return Netback.WHEN_RUNG;
      }
      if (next.length() > maxLength) {
        statistics.rxDropped.increment();
      } else {
        int pages = (next.length() + Memory.PAGE_SIZE - 1) / Memory.PAGE_SIZE;
        int offered =
            BackRing.unconsumedRequests(ring, 0, reqCons, NetifRing.SLOTS - (reqCons - published));
        if (offered < pages) {
          // A request that came since gets a turn of its own: a guest cannot make this one last.
          return BackRing.finalCheckForRequests(ring, 0, reqCons + offered)
              ? Netback.AT_ONCE
              : Netback.WHEN_RUNG;
        }
        put(next);
      }
      next = null;
      handled++;
    }
    return Netback.AT_ONCE;
  }

  private void put(Frame frame) {
    boolean whole = true;
    for (int at = 0; at < frame.length(); at += Memory.PAGE_SIZE) {
      int size = Math.min(frame.length() - at, Memory.PAGE_SIZE);
      boolean more = at + size < frame.length();
      whole &= put(frame, at, size, more ? NetifRing.RX_MORE_DATA : 0);
    }
    if (whole) {
      statistics.rxPackets++;
      statistics.rxBytes += frame.length();
    } else {
      statistics.rxErrors++;
    }
  }

  private boolean put(Frame frame, int at, int size, int flags) {
    long slot = NetifRing.rxSlot(0, reqCons);
    int id = Short.toUnsignedInt(ring.getShort(slot));
    int gref = ring.getInt(slot + GREF);
    int status = size;
    try (GrantMapping mapping = grants.map(gref, GrantAccess.Access.READ_WRITE)) {
      frame.copyTo(at, mapping.page(), 0, size);
    } catch (GrantRefused refused) {
      status = NetifRing.RSP_ERROR;
    }
    // id, offset 0, flags, status, as one word
    ring.putLong(slot, id | (long) flags << 32 | (long) status << 48);
    reqCons++;
    return status >= 0;
  }

  /** Publishes the answers written since the last time; whether the frontend wants the event. */
  boolean publish() {
    if (published == reqCons) {
      return false;
    }
    int before = published;
    published = reqCons;
    return BackRing.pushResponses(ring, 0, before, reqCons);
  }
}
