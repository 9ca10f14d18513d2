package io.xengarden.node.toolstack;

import io.xengarden.network.MacAddress;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.VifConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** The part of {@link ConfigCheck} that is about network interfaces; and what chooses MACs. */
final class VifCheck {
  /** Virtual network interfaces of a domain: those that the built-in kernel has room for. */
  static final int MAX_VIFS = 8;

  /** IFNAMSIZ, its final zero apart. */
  static final int MAX_VIFNAME = 15;

  static final int MIN_MTU = 68;
  static final int MAX_MTU = 9_000;

  /** Xen's own part of the address space: 00:16:3e:00:00:00 to 00:16:3e:7f:ff:ff. */
  private static final long XEN_MACS = 0x00163e_000000L;

  private static final int XEN_MACS_COUNT = 0x800000;
  private static final int TRIES = 64;
  private static final long MAX_U32 = 0xffff_ffffL;
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.:/@+-]*");

  private final RandomGenerator random;
  private final Predicate<String> macInUse;

  /** What is wrong, in one line. */
  static final class BadVif extends Exception {
    private static final long serialVersionUID = 1L;

    BadVif(String why) {
      super(why, null, false, false);
    }
  }

  /**
   * @param macInUse whether a domain of this host has that address already: it is not chosen again
   */
  VifCheck(RandomGenerator random, Predicate<String> macInUse) {
    this.random = random;
    this.macInUse = macInUse;
  }

  /** The configuration with every MAC and bridge in its place. */
  DomainConfig completed(DomainConfig config, List<String> bridges) throws BadVif {
    int count = config.getVifsCount();
    require(count <= MAX_VIFS, count + " vifs: at most " + MAX_VIFS + " are possible");
    Set<String> macs = new TreeSet<>();
    for (VifConfig vif : config.getVifsList()) {
      boolean isNew = vif.getMac().isEmpty() || macs.add(mac(vif.getMac()));
      require(isNew, "vif mac=" + vif.getMac() + " is given twice");
    }
    List<VifConfig> vifs = new ArrayList<>();
    for (VifConfig vif : config.getVifsList()) {
      String mac = vif.getMac().isEmpty() ? freshMac(macs) : mac(vif.getMac());
      macs.add(mac);
      String bridge = vif.getBridge().isEmpty() ? bridges.getFirst() : vif.getBridge();
      VifConfig complete = vif.toBuilder().setMac(mac).setBridge(bridge).build();
      check(complete, bridges);
      vifs.add(complete);
    }
    return config.toBuilder().clearVifs().addAllVifs(vifs).build();
  }

  static List<VirtualInterface> interfaces(DomainConfig config) {
    List<VirtualInterface> interfaces = new ArrayList<>();
    config
        .getVifsList()
        .forEach(vif -> interfaces.add(new VirtualInterface(interfaces.size(), vif)));
    return List.copyOf(interfaces);
  }

  private static String mac(String text) throws BadVif {
    try {
      MacAddress mac = MacAddress.parse(text);
      boolean unicast = mac.value() != 0 && (mac.value() >>> 40 & 1) == 0;
      require(unicast, "vif mac='" + text + "' is not one interface's address");
      return mac.toString();
    } catch (IllegalArgumentException notOne) {
      throw new BadVif("invalid MAC address '" + ConfigCheck.printable(text) + "'");
    }
  }

  private String freshMac(Set<String> others) throws BadVif {
    for (int i = 0; i < TRIES; i++) {
      String mac = new MacAddress(XEN_MACS | random.nextInt(XEN_MACS_COUNT)).toString();
      if (!others.contains(mac) && !macInUse.test(mac)) {
        return mac;
      }
    }
    throw new BadVif("no free MAC address found");
  }

  private static void check(VifConfig vif, List<String> bridges) throws BadVif {
    require(
        bridges.contains(vif.getBridge()),
        "Could not find bridge device " + ConfigCheck.printable(vif.getBridge()));
    require(
        vif.getVifname().length() <= MAX_VIFNAME,
        "vifname '%s' is longer than %d characters"
            .formatted(ConfigCheck.printable(vif.getVifname()), MAX_VIFNAME));
    for (String text : List.of(vif.getVifname(), vif.getIp(), vif.getScript(), vif.getModel())) {
      require(
          text.length() <= ConfigCheck.MAX_NAME && WORD.matcher(text).matches(),
          "vif: '" + ConfigCheck.printable(text) + "' holds what cannot be there");
    }
    int mtu = vif.getMtu();
    require(
        mtu == 0 || mtu >= MIN_MTU && mtu <= MAX_MTU,
        "vif mtu=" + mtu + ": " + MIN_MTU + " to " + MAX_MTU + " are possible");
    require(
        vif.getType().isEmpty() || vif.getType().equals("vif"),
        "vif type '" + ConfigCheck.printable(vif.getType()) + "': a PV domain has type vif only");
    boolean limited = vif.getRateBytes() != 0;
    boolean possible =
        vif.getRateBytes() >= 0
            && vif.getRateBytes() <= MAX_U32
            && vif.getRateIntervalUs() >= (limited ? 1 : 0)
            && vif.getRateIntervalUs() <= MAX_U32;
    require(possible, "vif: invalid rate");
  }

  private static void require(boolean condition, String otherwise) throws BadVif {
    if (!condition) {
      throw new BadVif(otherwise);
    }
  }
}
