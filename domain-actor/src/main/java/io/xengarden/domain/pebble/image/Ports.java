package io.xengarden.domain.pebble.image;

import io.xengarden.machine.Memory;

/** What each event channel port is for, and how often it rang. */
public final class Ports extends Record {
  /** Who is told when a port rings; its number in the table is the ordinal. */
  public enum Kind {
    NONE,
    STORE,
    CONSOLE,
    /** VIRQ_TIMER of the vCPU in the argument. */
    TIMER,
    /** IPI to the vCPU in the argument. */
    KICK,
    /** The disk in the slot that is the argument. */
    VBD,
    /** The network interface in the slot that is the argument. */
    VIF;

    private static final Kind[] ALL = values();

    static Kind of(int number) {
      return number >= 0 && number < ALL.length ? ALL[number] : NONE;
    }
  }

  public Ports(Memory memory) {
    super(memory, Layout.PORTS);
  }

  public static boolean fits(long port) {
    return port > 0 && port < Layout.PORT_COUNT;
  }

  public void bind(int port, Kind kind, int argument) {
    memory.putByte(at(port), (byte) kind.ordinal());
    memory.putByte(at(port) + 1, (byte) argument);
    memory.putInt(at(port) + 4, 0);
  }

  public void unbind(int port) {
    if (fits(port)) {
      memory.putLong(at(port), 0);
    }
  }

  public void unbindAll() {
    memory.fill(address, (long) Layout.PORT_COUNT * Layout.PORT_SIZE, (byte) 0);
  }

  public Kind kind(int port) {
    return fits(port) ? Kind.of(memory.getByte(at(port))) : Kind.NONE;
  }

  public int argument(int port) {
    return memory.getByte(at(port) + 1);
  }

  public int count(int port) {
    return memory.getInt(at(port) + 4);
  }

  public void countOne(int port) {
    memory.putInt(at(port) + 4, memory.getInt(at(port) + 4) + 1);
  }

  private long at(int port) {
    return address + (long) port * Layout.PORT_SIZE;
  }
}
