package io.xengarden.domain.pebble.netfront;

import io.xengarden.abi.StartInfo;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.net.ArpPacket;
import io.xengarden.domain.pebble.net.EchoPacket;
import io.xengarden.domain.pebble.net.Ethernet;
import io.xengarden.domain.pebble.net.Inet4;
import java.util.ArrayList;
import java.util.List;

/** Interfaces as programs use them. There are no routers: a host is a neighbour, or unreachable. */
public final class Net {
  /** What became of a request. */
  public enum Sent {
    YES,
    /** The neighbour's address has been asked for, or the interface is not connected: later. */
    NOT_YET,
    /** The ring was full: lost. */
    DROPPED
  }

  /** The kernel's parameter {@code ip=10.0.0.1/24}: the address of eth0. */
  private static final String PARAMETER = "ip=";

  private Net() {}

  /** Interfaces there are, by slot. */
  public static List<Vif> interfaces(Vcpu v) {
    List<Vif> interfaces = new ArrayList<>();
    for (int slot = 0; slot < Layout.VIF_COUNT; slot++) {
      Vif vif = new Vif(v.memory(), slot);
      if (vif.is(Vif.USED)) {
        interfaces.add(vif);
      }
    }
    return interfaces;
  }

  /** The interface with this name; null when there is none. */
  public static Vif find(Vcpu v, String name) {
    return interfaces(v).stream().filter(vif -> vif.name().equals(name)).findFirst().orElse(null);
  }

  /** The interface on whose net an address is; null when it is on none. */
  public static Vif route(Vcpu v, int address) {
    return interfaces(v).stream().filter(vif -> vif.isOnLink(address)).findFirst().orElse(null);
  }

  /** Whether an address is this host's own. */
  public static boolean isOwn(Vcpu v, int address) {
    return Inet4.isLoopback(address)
        || interfaces(v).stream()
            .anyMatch(vif -> vif.inet() != Inet4.NONE && vif.inet() == address);
  }

  /** Sends an echo request of the running task, which listens. */
  public static Sent echo(Vcpu v, int target, int sequence, byte[] data) {
    EchoPacket.Tag tag = new EchoPacket.Tag(EchoInbox.id(v.task()), sequence);
    if (isOwn(v, target)) {
      EchoPacket.Addresses self = new EchoPacket.Addresses(target, target);
      EchoInbox.deliver(v, new EchoPacket(EchoPacket.Kind.REPLY, self, EchoPacket.TTL, tag, data));
      return Sent.YES;
    }
    Vif vif = route(v, target);
    if (vif == null || !vif.is(Vif.RUNNING)) {
      return Sent.NOT_YET;
    }
    long mac = new Neighbours(v.memory(), vif).resolve(v, target);
    if (mac == Neighbours.UNRESOLVED) {
      return Sent.NOT_YET;
    }
    EchoPacket.Addresses addresses = new EchoPacket.Addresses(vif.inet(), target);
    EchoPacket packet =
        new EchoPacket(EchoPacket.Kind.REQUEST, addresses, EchoPacket.TTL, tag, data);
    boolean sent = VifRings.transmit(v, vif, packet.frame(mac, vif.mac()));
    VifRings.kick(v, vif);
    return sent ? Sent.YES : Sent.DROPPED;
  }

  /** Gives an interface its address, or {@link Inet4#NONE}, and says so on its net. */
  public static void address(Vcpu v, Vif vif, int address, int prefix) {
    vif.inet(address, prefix);
    new Neighbours(v.memory(), vif).clear();
    announce(v, vif);
  }

  /**
   * Tells everybody where this MAC is now: by a gratuitous ARP request, as Linux does, or without
   * an address by RARP, as QEMU does.
   */
  static void announce(Vcpu v, Vif vif) {
    if (!vif.is(Vif.RUNNING)) {
      return;
    }
    ArpPacket packet =
        vif.inet() == Inet4.NONE
            ? new ArpPacket(ArpPacket.RARP_REQUEST, vif.mac(), 0, vif.mac(), 0)
            : new ArpPacket(ArpPacket.REQUEST, vif.mac(), vif.inet(), 0, vif.inet());
    VifRings.transmit(v, vif, packet.to(Ethernet.BROADCAST));
    VifRings.kick(v, vif);
  }

  /** What the command line says of an interface that is new. */
  static void configureFirst(Vcpu v, Vif vif) {
    if (vif.devid() != 0) {
      return;
    }
    String line = StartInfo.readFrom(v.memory(), v.state().startInfo()).cmdLine();
    for (String word : line.split("\\s+")) {
      if (word.startsWith(PARAMETER)) {
        String value = word.substring(PARAMETER.length());
        if (!assign(vif, value)) {
          v.log("netfront: cannot use " + word);
        }
      }
    }
  }

  /** Takes "10.0.0.1/24" as an interface's address; false when it is none. */
  public static boolean assign(Vif vif, String text) {
    int slash = text.indexOf('/');
    long address = Inet4.parse(slash < 0 ? text : text.substring(0, slash));
    long prefix = Inet4.parsePrefix(text);
    boolean valid =
        address != Inet4.NO_ADDRESS && prefix != Inet4.NO_ADDRESS && Inet4.isHost((int) address);
    if (valid) {
      vif.inet((int) address, (int) prefix);
    }
    return valid;
  }
}
