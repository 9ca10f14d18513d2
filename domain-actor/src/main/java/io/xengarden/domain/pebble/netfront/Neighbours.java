package io.xengarden.domain.pebble.netfront;

import io.xengarden.domain.pebble.image.Record;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.net.ArpPacket;
import io.xengarden.domain.pebble.net.Ethernet;
import io.xengarden.domain.pebble.net.Inet4;
import io.xengarden.machine.Memory;

/**
 * An interface's neighbours: which address has which MAC, by ARP. Only who was asked for, or asks
 * for us, gets an entry; the entry not confirmed for longest makes room.
 */
final class Neighbours extends Record {
  static final int COUNT = 16;

  /** What is older is asked for again. */
  static final int FRESH_MS = 60_000;

  /** The shortest time between two questions for the same address. */
  static final int ASK_MS = 1_000;

  static final long UNRESOLVED = -1;

  private static final int SIZE = 16;
  private static final int MAC_HIGH = 4;
  private static final int MAC_LOW = 8;
  private static final int TIME = 12;

  private final Vif vif;

  Neighbours(Memory memory, Vif vif) {
    super(memory, vif.address() + Vif.NEIGHBOURS);
    this.vif = vif;
  }

  void clear() {
    memory.fill(address, (long) COUNT * SIZE, (byte) 0);
  }

  /** The MAC of a neighbour, which is asked for if it is not known: {@link #UNRESOLVED} then. */
  long resolve(Vcpu v, int ip) {
    int entry = find(ip);
    long mac = entry < 0 ? 0 : mac(entry);
    if (mac != 0 && age(v, entry) < FRESH_MS) {
      return mac;
    }
    if (entry < 0 || mac != 0 || age(v, entry) >= ASK_MS) {
      put(v, entry < 0 ? oldest(v) : entry, ip, 0);
      ArpPacket question = new ArpPacket(ArpPacket.REQUEST, vif.mac(), vif.inet(), 0, ip);
      VifRings.transmit(v, vif, question.to(Ethernet.BROADCAST));
      VifRings.kick(v, vif);
    }
    return UNRESOLVED;
  }

  /** Something was heard; answers what is asked of this host. */
  void heard(Vcpu v, ArpPacket packet) {
    int sender = packet.senderIp();
    if (!vif.isNeighbour(sender) || !Ethernet.isUnicast(packet.senderMac())) {
      return;
    }
    boolean forUs = packet.targetIp() == vif.inet();
    boolean asked = packet.operation() == ArpPacket.REQUEST && forUs;
    int entry = find(sender);
    if (entry >= 0 || asked) {
      put(v, entry < 0 ? oldest(v) : entry, sender, packet.senderMac());
      Scheduler.wakeAll(v, Wait.NET);
    }
    if (asked) {
      ArpPacket answer =
          new ArpPacket(ArpPacket.REPLY, vif.mac(), vif.inet(), packet.senderMac(), sender);
      VifRings.transmit(v, vif, answer.to(packet.senderMac()));
    }
  }

  private int find(int ip) {
    for (int entry = 0; entry < COUNT; entry++) {
      if (int32(at(entry)) == ip) {
        return entry;
      }
    }
    return -1;
  }

  private int oldest(Vcpu v) {
    int oldest = 0;
    for (int entry = 0; entry < COUNT; entry++) {
      if (int32(at(entry)) == Inet4.NONE) {
        return entry;
      }
      oldest = age(v, entry) > age(v, oldest) ? entry : oldest;
    }
    return oldest;
  }

  private void put(Vcpu v, int entry, int ip, long mac) {
    int32(at(entry), ip);
    int32(at(entry) + MAC_HIGH, (int) (mac >>> 32));
    int32(at(entry) + MAC_LOW, (int) mac);
    int32(at(entry) + TIME, ms(v));
  }

  /** 0 while it is only asked for. */
  private long mac(int entry) {
    return (long) int32(at(entry) + MAC_HIGH) << 32
        | Integer.toUnsignedLong(int32(at(entry) + MAC_LOW));
  }

  private long age(Vcpu v, int entry) {
    return Integer.toUnsignedLong(ms(v) - int32(at(entry) + TIME));
  }

  private static int ms(Vcpu v) {
    return (int) (v.now() / 1_000_000);
  }

  private static int at(int entry) {
    return entry * SIZE;
  }
}
