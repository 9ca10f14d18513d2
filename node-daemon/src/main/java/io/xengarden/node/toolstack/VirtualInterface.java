package io.xengarden.node.toolstack;

import io.xengarden.proto.v1.VifConfig;

/**
 * One network interface of a plan, checked and completed.
 *
 * @param devid its place in the configuration: eth0 has 0
 * @param config with its MAC and bridge, whoever chose them
 */
record VirtualInterface(int devid, VifConfig config) {
  /** The interface's name in dom0. */
  String vifname(String domid) {
    return config.getVifname().isEmpty() ? "vif" + domid + "." + devid : config.getVifname();
  }
}
