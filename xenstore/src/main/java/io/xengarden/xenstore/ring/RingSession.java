package io.xengarden.xenstore.ring;

import io.xengarden.abi.EventSink;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.machine.Memory;
import io.xengarden.machine.MemoryFault;
import io.xengarden.xenstore.server.Connection;
import io.xengarden.xenstore.server.Quota;
import io.xengarden.xenstore.server.Store;
import io.xengarden.xenstore.wire.Wire;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One domain's ring page. Requests are taken from it, a bounded number per turn; replies and events
 * wait here for room in it. A domain that does not read what it is sent is not served further; one
 * that breaks the rules of the ring is disconnected, its page says why, and nobody else notices.
 *
 * <p>What a domain can make this object hold: one request, {@link Quota#OUTSTANDING} replies, and
 * what {@link Outbox} allows of events.
 */
final class RingSession {
  /** Requests served before others get their turn. */
  static final int REQUESTS_PER_TURN = 16;

  /** Replies that wait for dom0, which has no quota, before it is not served further. */
  static final int PRIVILEGED_OUTSTANDING_MAX = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(RingSession.class);
  private static final long PAGE = 0;

  private final Store store;
  private final Memory page;
  private final EventSink guest;
  private final Outbox outbox;
  private Connection connection;

  /** The request that is being taken, or null; its payload is null while the header is partial. */
  private byte[] header;

  private byte[] payload;
  private int taken;
  private boolean broken;

  /** Whether bytes moved in this turn: then the guest is told. */
  private boolean moved;

  private boolean announced;

  /** A guest can fail and start anew at will: the log hears of it once. */
  private boolean complained;

  /**
   * @param queued told when an event waits, so that it is sent soon
   */
  RingSession(Store store, Memory page, EventSink guest, Consumer<RingSession> queued) {
    this.store = store;
    this.page = page;
    this.guest = guest;
    this.outbox = new Outbox(() -> announce(queued));
  }

  /** Puts the page into its first state and begins to serve {@code domid}. */
  void open(int domid) {
    connection = store.introduce(domid, outbox);
    outbox.open(connection);
    guarded(
        () -> {
          page.putInt(PAGE + XenstoreRing.SERVER_FEATURES, connection.domain().features());
          reset();
        });
  }

  /** Forgets what waits; the store has to be told beside this. */
  void close() {
    drop();
    broken = true;
  }

  /** Begins anew because dom0 says so. */
  void restart() {
    guarded(this::reset);
  }

  /** Serves a turn; true if there is more to do that needs no further event. */
  boolean serve(Wire wire) {
    boolean[] more = {false};
    guarded(
        () -> {
          if (page.getIntAcquire(PAGE + XenstoreRing.CONNECTION) == XenstoreRing.RECONNECT) {
            reset();
          }
          if (!broken) {
            more[0] = turn(wire);
          }
        });
    return more[0];
  }

  /** Sends what fits. */
  void flush() {
    announced = false;
    if (!broken) {
      guarded(
          () -> {
            send();
            raiseIfMoved();
          });
    }
  }

  /** Drops all that is under way and empties the ring (docs/misc/xenstore-ring.txt). */
  private void reset() {
    drop();
    store.reset(connection);
    broken = false;
    page.putInt(PAGE + XenstoreRing.REQ_CONS, 0);
    page.putInt(PAGE + XenstoreRing.REQ_PROD, 0);
    page.putInt(PAGE + XenstoreRing.RSP_CONS, 0);
    page.putInt(PAGE + XenstoreRing.RSP_PROD, 0);
    page.putInt(PAGE + XenstoreRing.ERROR, XenstoreRing.ERROR_NONE);
    page.putIntRelease(PAGE + XenstoreRing.CONNECTION, XenstoreRing.CONNECTED);
    guest.raise();
  }

  private boolean turn(Wire wire) {
    send();
    int served = 0;
    XenstoreMessage request = takeIfWelcome();
    while (request != null) {
      wire.handle(connection, request);
      send();
      served++;
      request = served < REQUESTS_PER_TURN ? takeIfWelcome() : null;
    }
    raiseIfMoved();
    return served == REQUESTS_PER_TURN
        && outbox.replies() < repliesMax()
        && XenstoreRing.requestsAvailable(page, PAGE) > 0;
  }

  private void send() {
    moved |= outbox.send(page) > 0;
  }

  private void raiseIfMoved() {
    if (moved) {
      moved = false;
      guest.raise();
    }
  }

  private void announce(Consumer<RingSession> queued) {
    if (!announced) {
      announced = true;
      queued.accept(this);
    }
  }

  private XenstoreMessage takeIfWelcome() {
    return outbox.replies() < repliesMax() ? take() : null;
  }

  private int repliesMax() {
    return connection.domain().privileged()
        ? PRIVILEGED_OUTSTANDING_MAX
        : connection.domain().effective(Quota.OUTSTANDING);
  }

  /** Takes bytes of a request; the request when that was its last, else null. */
  private XenstoreMessage take() {
    if (payload == null && !takeHeader()) {
      return null;
    }
    taken += read(payload, taken - XenstoreMessage.HEADER);
    if (taken < XenstoreMessage.HEADER + payload.length) {
      return null;
    }
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    XenstoreMessage request =
        new XenstoreMessage(fields.getInt(0), fields.getInt(4), fields.getInt(8), payload);
    forgetRequest();
    return request;
  }

  private boolean takeHeader() {
    if (header == null) {
      if (XenstoreRing.requestsAvailable(page, PAGE) == 0) {
        return false;
      }
      header = new byte[XenstoreMessage.HEADER];
    }
    taken += read(header, taken);
    if (taken < header.length) {
      return false;
    }
    long length = XenstoreMessage.payloadLength(header, 0);
    if (length > XenstoreMessage.PAYLOAD_MAX) {
      fail(XenstoreRing.ERROR_PROTO, "a request of " + length + " bytes");
      return false;
    }
    payload = new byte[(int) length];
    return true;
  }

  private int read(byte[] target, int offset) {
    int count = XenstoreRing.readRequest(page, PAGE, target, offset, target.length - offset);
    moved |= count > 0;
    return count;
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RingCorrupt corrupt) {
      fail(XenstoreRing.ERROR_RINGIDX, corrupt.getMessage());
    } catch (MemoryFault fault) {
      fail(XenstoreRing.ERROR_COMM, fault.getMessage());
    }
  }

  /** Ends the connection, not the domain: its end will still be told. */
  private void fail(int error, String why) {
    if (!complained) {
      complained = true;
      LOG.warn("xenstore ring of domain {} disconnected: {}", connection.domain().domid(), why);
    }
    drop();
    store.reset(connection);
    broken = true;
    try {
      page.putIntRelease(PAGE + XenstoreRing.ERROR, error);
    } catch (MemoryFault gone) {
      LOG.debug("its page cannot say so: {}", gone.getMessage());
    }
    guest.raise();
  }

  private void drop() {
    forgetRequest();
    outbox.clear();
  }

  private void forgetRequest() {
    header = null;
    payload = null;
    taken = 0;
  }
}
