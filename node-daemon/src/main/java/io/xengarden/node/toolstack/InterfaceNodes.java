package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import io.xengarden.proto.v1.VifConfig;
import io.xengarden.xenstore.StoreOp;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes of one virtual network interface: frontend, backend, and libxl's own copy. Source:
 * libxl__set_xenstore_nic in tools/libs/light/libxl_nic.c.
 */
final class InterfaceNodes {
  private static final String INITIALISING = "1";
  private static final String SCRIPT = "/etc/xen/scripts/vif-bridge";

  /** What the guest may only read. */
  private static final String READ_ONLY = "mtu";

  private InterfaceNodes() {}

  static List<StoreOp> of(Domid domid, VirtualInterface vif) {
    String frontend = StorePaths.vifFrontend(domid, vif.devid());
    String backend = StorePaths.vifBackend(domid, vif.devid());
    String libxl = StorePaths.libxl(domid) + "/device/vif";
    String copy = libxl + "/" + vif.devid();
    NodeWriter nodes = new NodeWriter(domid);
    nodes.frontend(frontend, "");
    frontendNodes(vif, backend)
        .forEach(
            (name, value) -> {
              if (name.equals(READ_ONLY)) {
                nodes.ro(frontend + "/" + name, value);
              } else {
                nodes.frontend(frontend + "/" + name, value);
              }
            });
    nodes.ro(backend, "").no(libxl, "").no(copy, "");
    nodes.no(copy + "/frontend", frontend).no(copy + "/backend", backend);
    backendNodes(domid, vif, frontend)
        .forEach(
            (name, value) -> {
              nodes.ro(backend + "/" + name, value);
              if (!name.equals("frontend")) {
                nodes.no(copy + "/" + name, value);
              }
            });
    return nodes.ops();
  }

  private static Map<String, String> frontendNodes(VirtualInterface vif, String backend) {
    Map<String, String> nodes = new LinkedHashMap<>();
    nodes.put("backend", backend);
    nodes.put("backend-id", "0");
    nodes.put("state", INITIALISING);
    nodes.put("handle", Integer.toString(vif.devid()));
    nodes.put("trusted", "1");
    nodes.put("mac", vif.config().getMac());
    if (vif.config().getMtu() != 0) {
      nodes.put(READ_ONLY, Integer.toString(vif.config().getMtu()));
    }
    return nodes;
  }

  private static Map<String, String> backendNodes(
      Domid domid, VirtualInterface vif, String frontend) {
    VifConfig config = vif.config();
    Map<String, String> nodes = new LinkedHashMap<>();
    nodes.put("frontend", frontend);
    nodes.put("frontend-id", domid.toString());
    nodes.put("online", "1");
    nodes.put("state", INITIALISING);
    nodes.put("script", config.getScript().isEmpty() ? SCRIPT : config.getScript());
    nodes.put("vifname", vif.vifname(domid.toString()));
    nodes.put("mac", config.getMac());
    if (!config.getIp().isEmpty()) {
      nodes.put("ip", config.getIp());
    }
    if (config.getRateBytes() != 0) {
      nodes.put("rate", config.getRateBytes() + "," + config.getRateIntervalUs());
    }
    if (config.getMtu() != 0) {
      nodes.put(READ_ONLY, Integer.toString(config.getMtu()));
    }
    nodes.put("bridge", config.getBridge());
    nodes.put("handle", Integer.toString(vif.devid()));
    nodes.put("type", "vif");
    nodes.put("hotplug-status", "");
    return nodes;
  }
}
