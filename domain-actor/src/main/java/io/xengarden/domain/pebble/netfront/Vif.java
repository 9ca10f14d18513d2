package io.xengarden.domain.pebble.netfront;

import io.xengarden.domain.pebble.net.Inet4;
import io.xengarden.domain.pebble.xenbus.DeviceKind;
import io.xengarden.domain.pebble.xenbus.Frontend;
import io.xengarden.machine.Memory;

/** An interface's record. Its cache of neighbours, {@link Neighbours}, is the second half of it. */
public final class Vif extends Frontend {
  /** It has been connected once: address and counters are of before. */
  public static final int KNOWN = FIRST_OWN_FLAG << 4;

  /** The rest of a frame in several pages is thrown away. */
  static final int SKIPPING = FIRST_OWN_FLAG << 5;

  /** One page each. */
  static final int TX_BUFFERS = 64;

  static final int RX_BUFFERS = 128;

  /** Two rings, then the buffers. */
  static final int PAGES = 2 + TX_BUFFERS + RX_BUFFERS;

  static final int NEIGHBOURS = 0x100;

  private static final int RING = FIRST_OWN_BYTE;
  private static final int TX_PROD = FIRST_OWN_BYTE + 0x08;
  private static final int TX_CONS = FIRST_OWN_BYTE + 0x0c;
  private static final int TX_PUSHED = FIRST_OWN_BYTE + 0x10;
  private static final int RX_PROD = FIRST_OWN_BYTE + 0x14;
  private static final int RX_CONS = FIRST_OWN_BYTE + 0x18;
  private static final int RX_PUSHED = FIRST_OWN_BYTE + 0x1c;
  private static final int MAC = FIRST_OWN_BYTE + 0x20;
  private static final int ADDRESS = FIRST_OWN_BYTE + 0x28;
  private static final int PREFIX = FIRST_OWN_BYTE + 0x2c;
  private static final int MTU = FIRST_OWN_BYTE + 0x30;
  private static final int IN_USE = FIRST_OWN_BYTE + 0x38;
  private static final int COUNTERS = FIRST_OWN_BYTE + 0x50;

  private final int slot;

  /** What is counted. */
  public enum Counter {
    RX_PACKETS,
    RX_BYTES,
    RX_DROPPED,
    TX_PACKETS,
    TX_BYTES,
    TX_DROPPED
  }

  public Vif(Memory memory, int slot) {
    super(memory, DeviceKind.VIF.record(slot));
    this.slot = slot;
  }

  public int slot() {
    return slot;
  }

  public String name() {
    return "eth" + devid();
  }

  /** The transmit ring's page, before the receive ring's and the buffers. 0 while there is none. */
  long ring() {
    return int64(RING);
  }

  void ring(long address) {
    int64(RING, address);
  }

  long rxRing() {
    return ring() + Memory.PAGE_SIZE;
  }

  long txPage(int buffer) {
    return ring() + (2L + buffer) * Memory.PAGE_SIZE;
  }

  long rxPage(int buffer) {
    return txPage(TX_BUFFERS + buffer);
  }

  /** Empties both rings' indices and lets go of all buffers. */
  void reset() {
    memory.fill(address + TX_PROD, MAC - TX_PROD, (byte) 0);
    memory.fill(address + IN_USE, COUNTERS - IN_USE, (byte) 0);
    set(SKIPPING, false);
  }

  int txProd() {
    return int32(TX_PROD);
  }

  void txProd(int index) {
    int32(TX_PROD, index);
  }

  int txCons() {
    return int32(TX_CONS);
  }

  void txCons(int index) {
    int32(TX_CONS, index);
  }

  int txPushed() {
    return int32(TX_PUSHED);
  }

  void txPushed(int index) {
    int32(TX_PUSHED, index);
  }

  int rxProd() {
    return int32(RX_PROD);
  }

  void rxProd(int index) {
    int32(RX_PROD, index);
  }

  int rxCons() {
    return int32(RX_CONS);
  }

  void rxCons(int index) {
    int32(RX_CONS, index);
  }

  int rxPushed() {
    return int32(RX_PUSHED);
  }

  void rxPushed(int index) {
    int32(RX_PUSHED, index);
  }

  public long mac() {
    return int64(MAC);
  }

  void mac(long mac) {
    int64(MAC, mac);
  }

  /** Its IPv4 address, or {@link Inet4#NONE}. */
  public int inet() {
    return int32(ADDRESS);
  }

  public int prefix() {
    return int32(PREFIX);
  }

  public void inet(int address, int prefix) {
    int32(ADDRESS, address);
    int32(PREFIX, prefix);
  }

  /** Whether another address is on this interface's net. */
  public boolean isOnLink(int other) {
    return inet() != Inet4.NONE && ((other ^ inet()) & Inet4.mask(prefix())) == 0;
  }

  /** The net's broadcast address. */
  public int broadcast() {
    return inet() | ~Inet4.mask(prefix());
  }

  /** Whether it can be the address of one host on this net, other than this one. */
  boolean isNeighbour(int other) {
    boolean reserved =
        prefix() < 31 && (other == broadcast() || other == (inet() & Inet4.mask(prefix())));
    return isOnLink(other) && other != inet() && Inet4.isHost(other) && !reserved;
  }

  public int mtu() {
    return int32(MTU);
  }

  void mtu(int bytes) {
    int32(MTU, bytes);
  }

  /** A transmit buffer that is free and now in use, or -1. */
  int takeTx() {
    return take(0, TX_BUFFERS);
  }

  /** A receive buffer that is free and now in use, or -1. */
  int takeRx() {
    return take(TX_BUFFERS, RX_BUFFERS);
  }

  boolean txInUse(int buffer) {
    return buffer < TX_BUFFERS && inUse(buffer);
  }

  boolean rxInUse(int buffer) {
    return buffer < RX_BUFFERS && inUse(TX_BUFFERS + buffer);
  }

  void freeTx(int buffer) {
    free(buffer);
  }

  void freeRx(int buffer) {
    free(TX_BUFFERS + buffer);
  }

  /** {@code first} and {@code count} are multiples of 64. */
  private int take(int first, int count) {
    for (int bit = first; bit < first + count; bit += Long.SIZE) {
      int at = IN_USE + bit / Long.SIZE * Long.BYTES;
      long word = int64(at);
      if (word != -1) {
        int free = Long.numberOfTrailingZeros(~word);
        int64(at, word | 1L << free);
        return bit + free - first;
      }
    }
    return -1;
  }

  private boolean inUse(int bit) {
    return (int64(IN_USE + bit / Long.SIZE * Long.BYTES) >>> bit & 1) != 0;
  }

  private void free(int bit) {
    int at = IN_USE + bit / Long.SIZE * Long.BYTES;
    int64(at, int64(at) & ~(1L << bit));
  }

  public long count(Counter counter) {
    return int64(COUNTERS + Long.BYTES * counter.ordinal());
  }

  void count(Counter counter, long more) {
    int64(COUNTERS + Long.BYTES * counter.ordinal(), count(counter) + more);
  }
}
