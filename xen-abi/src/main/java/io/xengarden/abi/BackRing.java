package io.xengarden.abi;

import io.xengarden.machine.Memory;

/**
 * The backend's half of a {@link SharedRing}. The frontend may write anything into the page at any
 * time: private indices stay outside it, and requests are copied out before they are looked at.
 */
public final class BackRing {
  private BackRing() {}

  /** The frontend's index, unchecked; what it published is seen after this. */
  public static int requestsProduced(Memory memory, long base) {
    return memory.getIntAcquire(base + SharedRing.REQ_PROD);
  }

  /**
   * Requests not taken yet.
   *
   * @param limit slots less the requests taken and not answered yet: an honest frontend cannot have
   *     more
   * @throws RingCorrupt when there are
   */
  public static int unconsumedRequests(Memory memory, long base, int reqCons, int limit) {
    return SharedRing.unconsumed(memory, base + SharedRing.REQ_PROD, reqCons, limit);
  }

  /**
   * Publishes the responses from {@code oldProd} up to {@code newProd}, already written to their
   * slots; true when the frontend wants the event.
   */
  public static boolean pushResponses(Memory memory, long base, int oldProd, int newProd) {
    return SharedRing.push(memory, base + SharedRing.RSP_PROD, oldProd, newProd);
  }

  /** Before sleeping: asks for the next request's event; true when there already is one. */
  public static boolean finalCheckForRequests(Memory memory, long base, int reqCons) {
    return SharedRing.finalCheck(memory, base + SharedRing.REQ_PROD, reqCons);
  }
}
