package io.xengarden.abi;

import io.xengarden.machine.Memory;

/**
 * The xenstore page of a domain: two byte streams of {@link XenstoreMessage}s. Source:
 * xen/include/public/io/xs_wire.h.
 *
 * <p>Every method moves what fits and returns how many bytes that was, regardless of message
 * borders; whoever moved some sends the event. All throw {@link RingCorrupt}, having changed
 * nothing, on indices that cannot be.
 */
public final class XenstoreRing {
  public static final int REQ = 0;
  public static final int RSP = 0x400;

  /** Bytes of either stream. */
  public static final int SIZE = 1024;

  public static final int REQ_CONS = 0x800;
  public static final int REQ_PROD = 0x804;
  public static final int RSP_CONS = 0x808;
  public static final int RSP_PROD = 0x80c;

  /** u32 of FEATURE_* bits, written by the server before the guest starts. */
  public static final int SERVER_FEATURES = 0x810;

  /** u32, CONNECTED or RECONNECT: the guest asks for a fresh start. */
  public static final int CONNECTION = 0x814;

  /** u32 of ERROR_*, written by the server before it gives up on the connection. */
  public static final int ERROR = 0x818;

  public static final int FEATURE_RECONNECTION = 1;
  public static final int FEATURE_ERROR = 2;
  public static final int FEATURE_WATCH_DEPTH = 4;

  public static final int CONNECTED = 0;
  public static final int RECONNECT = 1;

  public static final int ERROR_NONE = 0;
  public static final int ERROR_COMM = 1;
  public static final int ERROR_RINGIDX = 2;
  public static final int ERROR_PROTO = 3;

  private static final ByteRing REQUESTS = new ByteRing(REQ, SIZE, REQ_CONS, REQ_PROD);
  private static final ByteRing RESPONSES = new ByteRing(RSP, SIZE, RSP_CONS, RSP_PROD);

  private XenstoreRing() {}

  /** Guest: sends. */
  public static int writeRequest(Memory page, long base, byte[] bytes, int offset, int length) {
    return REQUESTS.produce(page, base, bytes, offset, length);
  }

  /** Guest: takes replies and watch events. */
  public static int readResponse(Memory page, long base, byte[] bytes, int offset, int length) {
    return RESPONSES.consume(page, base, bytes, offset, length);
  }

  /** Server: takes requests. */
  public static int readRequest(Memory page, long base, byte[] bytes, int offset, int length) {
    return REQUESTS.consume(page, base, bytes, offset, length);
  }

  /** Server: sends replies and watch events. */
  public static int writeResponse(Memory page, long base, byte[] bytes, int offset, int length) {
    return RESPONSES.produce(page, base, bytes, offset, length);
  }

  /** Bytes of requests that the server has not taken. */
  public static int requestsAvailable(Memory page, long base) {
    return REQUESTS.available(page, base);
  }

  /** Bytes of responses that the guest has not taken. */
  public static int responsesAvailable(Memory page, long base) {
    return RESPONSES.available(page, base);
  }
}
