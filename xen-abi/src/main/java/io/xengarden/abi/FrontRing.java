package io.xengarden.abi;

import io.xengarden.machine.Memory;

/**
 * The frontend's half of a {@link SharedRing}. Its private indices, requests written and responses
 * taken, are the caller's: a guest keeps them in its own pages.
 */
public final class FrontRing {
  private FrontRing() {}

  /** Slots for further requests, when {@code reqProd} were written and {@code rspCons} answered. */
  public static int freeSlots(int slots, int reqProd, int rspCons) {
    return slots - (reqProd - rspCons);
  }

  /**
   * Publishes the requests from {@code oldProd} up to {@code newProd}, already written to their
   * slots; true when the backend wants the event.
   */
  public static boolean pushRequests(Memory memory, long base, int oldProd, int newProd) {
    return SharedRing.push(memory, base + SharedRing.REQ_PROD, oldProd, newProd);
  }

  /** The backend's index, unchecked; what it published is seen after this. */
  public static int responsesProduced(Memory memory, long base) {
    return memory.getIntAcquire(base + SharedRing.RSP_PROD);
  }

  /**
   * Responses not taken yet.
   *
   * @param outstanding requests pushed and not answered yet: there cannot be more responses
   * @throws RingCorrupt when there are
   */
  public static int unconsumedResponses(Memory memory, long base, int rspCons, int outstanding) {
    return SharedRing.unconsumed(memory, base + SharedRing.RSP_PROD, rspCons, outstanding);
  }

  /** Before sleeping: asks for the next response's event; true when there already is one. */
  public static boolean finalCheckForResponses(Memory memory, long base, int rspCons) {
    return SharedRing.finalCheck(memory, base + SharedRing.RSP_PROD, rspCons);
  }
}
