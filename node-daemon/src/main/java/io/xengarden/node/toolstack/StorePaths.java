package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import java.util.UUID;

/** Where a domain is found in xenstore. */
public final class StorePaths {
  public static final String DOM0 = "/local/domain/0";
  public static final String BACKENDS = DOM0 + "/backend";

  private StorePaths() {}

  public static String domain(Domid domid) {
    return "/local/domain/" + domid;
  }

  static String vm(UUID uuid) {
    return "/vm/" + uuid;
  }

  static String libxl(Domid domid) {
    return "/libxl/" + domid;
  }

  static String vbdFrontend(Domid domid, int devid) {
    return domain(domid) + "/device/vbd/" + devid;
  }

  static String vbdBackend(Domid domid, int devid) {
    return BACKENDS + "/vbd/" + domid + "/" + devid;
  }

  static String vifFrontend(Domid domid, int devid) {
    return domain(domid) + "/device/vif/" + devid;
  }

  static String vifBackend(Domid domid, int devid) {
    return BACKENDS + "/vif/" + domid + "/" + devid;
  }

  /** Everything of one domain's devices of a kind, in dom0. */
  static String backendsOf(Domid domid, String kind) {
    return BACKENDS + "/" + kind + "/" + domid;
  }

  static String consoleBackend(Domid domid) {
    return backendsOf(domid, "console") + "/0";
  }
}
