package io.xengarden.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.FrontRing;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.NetifRing;
import io.xengarden.abi.NetifRing.RxRequest;
import io.xengarden.abi.NetifRing.RxResponse;
import io.xengarden.abi.NetifRing.TxRequest;
import io.xengarden.abi.NetifRing.TxResponse;
import io.xengarden.abi.SharedRing;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.Memory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** A real frontend: rings, pages and grants in guest memory, and netif's protocol on them. */
public final class Netfront {
  /** Pages of a domain that can hold a frontend. */
  public static final long PAGES = 640;

  public static final int TX_RING_REF = 8;
  public static final int RX_RING_REF = 9;

  static final int TX_RING_GFN = 0;
  static final int RX_RING_GFN = 1;
  static final int FIRST_TX_GFN = 16;
  static final int FIRST_RX_GFN = FIRST_TX_GFN + NetifRing.SLOTS;

  /** A buffer's grant has its page's number. */
  private static final int GRANT_FRAMES = 2;

  private static final long GRANTS_GFN = 4_096;

  private final GuestMemory memory;
  private Runnable event;

  private final Deque<Integer> freeTx = new ArrayDeque<>();
  private final Deque<Integer> freeRx = new ArrayDeque<>();
  private final boolean[] rxPosted = new boolean[NetifRing.SLOTS];
  private int txProd;
  private int txRspCons;
  private int rxProd;
  private int rxRspCons;

  /** Whether pages that were filled are offered again at once. */
  public boolean offersAgain = true;

  /** Frames in the order of their arrival. */
  public final List<byte[]> received = new ArrayList<>();

  /** Every status of the transmit ring, in their order. */
  public final List<Integer> txStatuses = new ArrayList<>();

  public int rxErrors;
  private byte[] partial = {};

  /**
   * @param event tells the backend
   */
  public Netfront(GuestMemory memory, GrantTable grants, Runnable event) {
    this.memory = memory;
    this.event = event;
    for (int frame = 0; frame < GRANT_FRAMES; frame++) {
      memory.map(GRANTS_GFN + frame, grants.frameMfn(frame), 1);
    }
    init();
  }

  /** Rings and grants anew, as for a new connection; pages that were offered are taken back. */
  public void init() {
    SharedRing.init(memory, page(TX_RING_GFN));
    SharedRing.init(memory, page(RX_RING_GFN));
    freeTx.clear();
    freeRx.clear();
    txProd = 0;
    txRspCons = 0;
    rxProd = 0;
    rxRspCons = 0;
    partial = new byte[0];
    grant(TX_RING_REF, TX_RING_GFN, 0);
    grant(RX_RING_REF, RX_RING_GFN, 0);
    for (int i = 0; i < NetifRing.SLOTS; i++) {
      freeTx.add(i);
      freeRx.add(i);
      rxPosted[i] = false;
    }
  }

  public void setEvent(Runnable event) {
    this.event = event;
  }

  private static long page(int gfn) {
    return (long) gfn << Memory.PAGE_SHIFT;
  }

  private long entry(int gref) {
    return GrantEntry.at(page((int) GRANTS_GFN), gref);
  }

  void grant(int gref, int gfn, int flags) {
    int header = GrantEntry.header(GrantEntry.PERMIT_ACCESS | flags, Domid.DOM0.value());
    GrantEntry.write(memory, entry(gref), header, gfn);
  }

  void endAccess(int gref) {
    assertThat(GrantEntry.endAccess(memory, entry(gref))).as("grant %s is free", gref).isTrue();
  }

  /** Whether the backend has let go of both rings. */
  public boolean ringsAreFree() {
    return isFree(TX_RING_REF) && isFree(RX_RING_REF);
  }

  private boolean isFree(int gref) {
    int flags = GrantEntry.flags(GrantEntry.readHeader(memory, entry(gref)));
    return (flags & (GrantEntry.READING | GrantEntry.WRITING)) == 0;
  }

  // ---- transmit ----

  public int freeTxSlots() {
    return freeTx.size();
  }

  /** Sends a frame, in several pages when it is longer than one; there is room for it. */
  public void send(byte[] frame) {
    sendAll(List.of(frame));
  }

  /** Several, with one event. */
  public void sendAll(List<byte[]> frames) {
    int before = txProd;
    frames.forEach(this::write);
    if (FrontRing.pushRequests(memory, page(TX_RING_GFN), before, txProd)) {
      event.run();
    }
  }

  private void write(byte[] frame) {
    for (int at = 0; at < frame.length; at += Memory.PAGE_SIZE) {
      int size = Math.min(frame.length - at, Memory.PAGE_SIZE);
      int buffer = freeTx.remove();
      int gfn = FIRST_TX_GFN + buffer;
      int offset = size == Memory.PAGE_SIZE ? 0 : buffer % (Memory.PAGE_SIZE - size + 1);
      memory.write(page(gfn) + offset, frame, at, size);
      grant(gfn, gfn, GrantEntry.READONLY);
      int flags = at + size < frame.length ? NetifRing.TX_MORE_DATA : 0;
      writeRequest(new TxRequest(gfn, offset, flags, buffer, at == 0 ? frame.length : size));
    }
  }

  /** A request as it comes; nothing is granted or published. */
  public void writeRequest(TxRequest request) {
    NetifRing.writeTxRequest(memory, page(TX_RING_GFN), txProd++, request);
  }

  /** Writes raw bytes over a slot of the transmit ring. */
  public void writeSlot(byte[] bytes) {
    memory.write(NetifRing.txSlot(page(TX_RING_GFN), txProd++), bytes);
  }

  /** Publishes the requests that were written as they come. */
  public void push() {
    FrontRing.pushRequests(memory, page(TX_RING_GFN), txProd, txProd);
    event.run();
  }

  /** Rings, whether that is wanted or not. */
  public void ring() {
    event.run();
  }

  /** Takes the answers of the transmit ring. */
  public void takeTxResponses() {
    long ring = page(TX_RING_GFN);
    do {
      int ready = FrontRing.unconsumedResponses(memory, ring, txRspCons, txProd - txRspCons);
      for (; ready > 0; ready--) {
        TxResponse response = NetifRing.readTxResponse(memory, ring, txRspCons++);
        txStatuses.add(response.status());
        if (response.status() != NetifRing.RSP_NULL && response.id() < NetifRing.SLOTS) {
          endAccess(FIRST_TX_GFN + response.id());
          freeTx.add(response.id());
        }
      }
    } while (FrontRing.finalCheckForResponses(memory, ring, txRspCons));
  }

  // ---- receive ----

  /** Offers up to so many pages. */
  public void offer(int pages) {
    long ring = page(RX_RING_GFN);
    int before = rxProd;
    for (int i = 0; i < pages && !freeRx.isEmpty(); i++) {
      int buffer = freeRx.remove();
      int gfn = FIRST_RX_GFN + buffer;
      grant(gfn, gfn, 0);
      rxPosted[buffer] = true;
      NetifRing.writeRxRequest(memory, ring, rxProd++, new RxRequest(buffer, gfn));
    }
    if (FrontRing.pushRequests(memory, ring, before, rxProd)) {
      event.run();
    }
  }

  /** Offers pages that are not granted. */
  public void offerUngranted(int pages) {
    long ring = page(RX_RING_GFN);
    int before = rxProd;
    for (int i = 0; i < pages; i++) {
      int buffer = freeRx.remove();
      rxPosted[buffer] = true;
      NetifRing.writeRxRequest(memory, ring, rxProd++, new RxRequest(buffer, 7));
    }
    if (FrontRing.pushRequests(memory, ring, before, rxProd)) {
      event.run();
    }
  }

  public void takeFrames() {
    long ring = page(RX_RING_GFN);
    int taken = 0;
    do {
      int ready = FrontRing.unconsumedResponses(memory, ring, rxRspCons, rxProd - rxRspCons);
      for (; ready > 0; ready--) {
        take(NetifRing.readRxResponse(memory, ring, rxRspCons++));
        taken++;
      }
    } while (FrontRing.finalCheckForResponses(memory, ring, rxRspCons));
    if (offersAgain && taken > 0) {
      offer(taken);
    }
  }

  private void take(RxResponse response) {
    int buffer = response.id();
    assertThat(rxPosted[buffer]).as("page %s was offered", buffer).isTrue();
    rxPosted[buffer] = false;
    freeRx.add(buffer);
    int gfn = FIRST_RX_GFN + buffer;
    if (response.status() < 0) {
      rxErrors++;
      return;
    }
    endAccess(gfn);
    byte[] part = memory.read(page(gfn) + response.offset(), response.status());
    int before = partial.length;
    partial = Arrays.copyOf(partial, before + part.length);
    System.arraycopy(part, 0, partial, before, part.length);
    if ((response.flags() & NetifRing.RX_MORE_DATA) == 0) {
      received.add(partial);
      partial = new byte[0];
    }
  }

  /** What an event makes a driver do. */
  public void onEvent() {
    takeTxResponses();
    takeFrames();
  }

  /** The guest's memory, for what only a malicious one does. */
  public GuestMemory memory() {
    return memory;
  }
}
