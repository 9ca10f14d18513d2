package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import io.xengarden.node.toolstack.VirtualDisk.Medium;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.xenstore.StoreOp;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes of one virtual block device: frontend, backend, and libxl's own copy. Source:
 * device_disk_add in tools/libs/light/libxl_disk.c.
 */
final class DiskNodes {
  private static final String INITIALISING = "1";

  private DiskNodes() {}

  static List<StoreOp> of(Domid domid, VirtualDisk disk) {
    String frontend = StorePaths.vbdFrontend(domid, disk.devid());
    String backend = StorePaths.vbdBackend(domid, disk.devid());
    String libxl = StorePaths.libxl(domid) + "/device/vbd";
    String copy = libxl + "/" + disk.devid();
    NodeWriter nodes = new NodeWriter(domid);
    nodes.frontend(frontend, "");
    frontendNodes(disk, backend)
        .forEach((name, value) -> nodes.frontend(frontend + "/" + name, value));
    nodes.ro(backend, "").no(libxl, "").no(copy, "");
    nodes.no(copy + "/frontend", frontend).no(copy + "/backend", backend);
    backendNodes(domid, disk, frontend)
        .forEach(
            (name, value) -> {
              nodes.ro(backend + "/" + name, value);
              if (!name.equals("frontend")) {
                nodes.no(copy + "/" + name, value);
              }
            });
    return nodes.ops();
  }

  private static Map<String, String> frontendNodes(VirtualDisk disk, String backend) {
    Map<String, String> nodes = new LinkedHashMap<>();
    nodes.put("backend", backend);
    nodes.put("backend-id", "0");
    nodes.put("state", INITIALISING);
    nodes.put("virtual-device", Integer.toString(disk.devid()));
    nodes.put("device-type", deviceType(disk));
    nodes.put("trusted", "1");
    nodes.put("protocol", "x86_64-abi");
    return nodes;
  }

  private static Map<String, String> backendNodes(Domid domid, VirtualDisk disk, String frontend) {
    Map<String, String> nodes = new LinkedHashMap<>();
    nodes.put("frontend", frontend);
    nodes.put("frontend-id", domid.toString());
    nodes.put("online", "1");
    nodes.put("state", INITIALISING);
    nodes.put("params", disk.target());
    nodes.put("script", "/etc/xen/scripts/block");
    nodes.put("type", "phy");
    nodes.put("dev", disk.vdev());
    nodes.put("mode", disk.access() == Access.READ_ONLY ? "r" : "w");
    nodes.put("device-type", deviceType(disk));
    nodes.put("removable", disk.medium() == Medium.CDROM ? "1" : "0");
    nodes.put("bootable", "1");
    nodes.put("discard-enable", "0");
    nodes.put("specification", "xen");
    return nodes;
  }

  private static String deviceType(VirtualDisk disk) {
    return disk.medium() == Medium.CDROM ? "cdrom" : "disk";
  }
}
