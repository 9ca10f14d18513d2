package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import io.xengarden.proto.v1.NetworkDevice;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import java.util.ArrayList;
import java.util.List;

/** What xenstore says of a domain's network interfaces: the rows of network-list. */
final class NetworkInventory {
  /** What is read of each frontend. */
  private static final List<String> NODES =
      List.of(
          "backend",
          "backend-id",
          "mac",
          "handle",
          "state",
          "event-channel",
          "tx-ring-ref",
          "rx-ring-ref");

  private NetworkInventory() {}

  static List<StoreOp> question(Domid domid, List<VirtualInterface> vifs) {
    List<StoreOp> question = new ArrayList<>();
    for (VirtualInterface vif : vifs) {
      String frontend = StorePaths.vifFrontend(domid, vif.devid());
      NODES.forEach(node -> question.add(new StoreOp.ReadIfPresent(frontend + "/" + node)));
    }
    return question;
  }

  static List<NetworkDevice> devices(List<VirtualInterface> vifs, BatchDone answer) {
    List<NetworkDevice> devices = new ArrayList<>();
    for (int i = 0; i < vifs.size(); i++) {
      int first = i * NODES.size();
      devices.add(
          NetworkDevice.newBuilder()
              .setDevid(vifs.get(i).devid())
              .setBackendPath(answer.text(first).orElse(""))
              .setBackendDomid(Inventory.number(answer.text(first + 1)))
              .setMac(vifs.get(i).config().getMac())
              .setHandle(Inventory.number(answer.text(first + 3)))
              .setState(Inventory.number(answer.text(first + 4)))
              .setEventChannel(Inventory.number(answer.text(first + 5)))
              .setTxRingRef(Inventory.number(answer.text(first + 6)))
              .setRxRingRef(Inventory.number(answer.text(first + 7)))
              .build());
    }
    return devices;
  }
}
