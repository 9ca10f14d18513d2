package io.xengarden.xenstore.ring;

import io.xengarden.abi.Errno;
import io.xengarden.abi.EventSink;
import io.xengarden.machine.Memory;
import io.xengarden.xenstore.server.Store;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.wire.Rings;
import io.xengarden.xenstore.wire.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The rings of a host's domains. Whoever calls it lets it {@link #flush} after everything that may
 * have fired watches, so that events reach domains that ask for nothing.
 */
public final class RingTable implements Rings {
  private final Store store;
  private final Wire wire;
  private final TreeMap<Integer, RingSession> sessions = new TreeMap<>();
  private final List<RingSession> withEvents = new ArrayList<>();

  public RingTable(Store store) {
    this.store = store;
    this.wire = new Wire(store, this);
  }

  /** What a request of any other client goes through. */
  public Wire wire() {
    return wire;
  }

  /**
   * Serves a domain through its ring page from now on, from an empty ring.
   *
   * @param page the page, at address 0
   * @param guest told whenever the page has changed
   */
  public void introduce(int domid, Memory page, EventSink guest) {
    RingSession before = sessions.remove(domid);
    if (before != null) {
      before.close();
    }
    RingSession session = new RingSession(store, page, guest, withEvents::add);
    sessions.put(domid, session);
    session.open(domid);
  }

  /** Serves a turn of a domain that rang; true if it wants another one. */
  public boolean serve(int domid) {
    RingSession session = sessions.get(domid);
    return session != null && session.serve(wire);
  }

  /** Sends the events that were queued since. */
  public void flush() {
    for (RingSession session : withEvents) {
      session.flush();
    }
    withEvents.clear();
  }

  @Override
  public void reconnect(int domid) {
    RingSession session = sessions.get(domid);
    if (session == null) {
      throw new StoreError(Errno.ENOENT);
    }
    session.restart();
  }

  @Override
  public void release(int domid) {
    store.requireIntroduced(domid);
    gone(domid);
  }

  /** As {@link #release}, for a domain that may never have been introduced. */
  public void gone(int domid) {
    RingSession session = sessions.remove(domid);
    if (session != null) {
      session.close();
    }
    store.release(domid);
  }
}
