package io.xengarden.domain.pebble.netfront;

import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.net.ArpPacket;
import io.xengarden.domain.pebble.net.EchoPacket;
import io.xengarden.domain.pebble.net.Ethernet;
import java.nio.ByteBuffer;

/** What becomes of a frame that was received: it is answered, or handed to a ping, or nothing. */
final class NetInput {
  private NetInput() {}

  static void received(Vcpu v, Vif vif, ByteBuffer frame) {
    if (frame.limit() < Ethernet.HEADER) {
      return;
    }
    long destination = Ethernet.destination(frame);
    if (destination != vif.mac() && destination != Ethernet.BROADCAST) {
      return;
    }
    switch (Ethernet.type(frame)) {
      case Ethernet.TYPE_ARP ->
          ArpPacket.parse(frame)
              .filter(packet -> packet.senderMac() == Ethernet.source(frame))
              .ifPresent(packet -> new Neighbours(v.memory(), vif).heard(v, packet));
      case Ethernet.TYPE_IPV4 ->
          EchoPacket.parse(frame)
              .filter(packet -> packet.addresses().destination() == vif.inet())
              .ifPresent(packet -> echo(v, vif, packet, Ethernet.source(frame)));
      default -> {}
    }
  }

  private static void echo(Vcpu v, Vif vif, EchoPacket packet, long from) {
    if (!vif.isNeighbour(packet.addresses().source()) || !Ethernet.isUnicast(from)) {
      return;
    }
    switch (packet.kind()) {
      case REQUEST -> VifRings.transmit(v, vif, packet.reply().frame(from, vif.mac()));
      case REPLY -> EchoInbox.deliver(v, packet);
    }
  }
}
