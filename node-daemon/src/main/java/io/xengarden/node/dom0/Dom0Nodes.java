package io.xengarden.node.dom0;

import io.xengarden.xenstore.StoreOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The nodes of Domain-0 and of the daemons that run in it. Source: xen-init-dom0,
 * init.d/xencommons.
 */
final class Dom0Nodes {
  static final String DOM0 = "/local/domain/0";
  static final String BACKENDS = DOM0 + "/backend";

  /** Where domains come and go: these stay. */
  private static final List<String> DIRECTORIES =
      List.of(BACKENDS + "/vbd", BACKENDS + "/vif", BACKENDS + "/console", "/vm", "/libxl");

  private Dom0Nodes() {}

  static List<StoreOp> of(long memoryKib) {
    Map<String, String> nodes = new TreeMap<>();
    nodes.put(DOM0 + "/name", "Domain-0");
    nodes.put(DOM0 + "/domid", "0");
    nodes.put(DOM0 + "/memory/target", Long.toString(memoryKib));
    nodes.put(DOM0 + "/memory/static-max", Long.toString(memoryKib));
    nodes.put(DOM0 + "/libxl/disable_udev", "1");
    nodes.put("/tool/xenstored/domid", "0");
    nodes.put("/tool/xenconsoled/domid", "0");
    List<StoreOp> ops = new ArrayList<>();
    nodes.forEach((path, value) -> ops.add(new StoreOp.Write(path, value)));
    for (String directory : DIRECTORIES) {
      ops.add(new StoreOp.Mkdir(directory));
    }
    return ops;
  }
}
