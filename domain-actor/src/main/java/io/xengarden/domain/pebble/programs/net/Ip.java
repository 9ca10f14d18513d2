package io.xengarden.domain.pebble.programs.net;

import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.net.Ethernet;
import io.xengarden.domain.pebble.net.Inet4;
import io.xengarden.domain.pebble.netfront.Net;
import io.xengarden.domain.pebble.netfront.Vif;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Output;
import java.util.ArrayList;
import java.util.List;

/**
 * ip addr [show [dev] DEV] | ip addr add|del A.B.C.D/N dev DEV | ip link [show [dev] DEV]. An
 * interface has one address at most.
 */
public final class Ip {
  /** Of iproute2: the kernel refused; the command line is wrong. */
  private static final int REFUSED = 2;

  private static final int WRONG = 255;
  private static final String LOOPBACK = "lo";

  private Ip() {}

  public static Output run(Vcpu v, Arguments arguments) {
    List<String> words = arguments.words().subList(1, arguments.words().size());
    String object = words.isEmpty() ? "" : words.getFirst();
    List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
    if (isShort("address", object)) {
      return address(v, rest);
    }
    if (isShort("link", object)) {
      return isShow(rest) ? show(v, rest, false) : unknown("Command", rest.getFirst(), "link");
    }
    return object.isEmpty()
        ? new Output(List.of("Usage: ip addr|link [show [dev DEV]]"), WRONG)
        : new Output(List.of("Object \"" + object + "\" is unknown, try \"ip help\"."), WRONG);
  }

  /** iproute2 takes every beginning of a word for it. */
  private static boolean isShort(String word, String given) {
    return !given.isEmpty() && word.startsWith(given);
  }

  private static boolean isShow(List<String> rest) {
    return rest.isEmpty() || isShort("show", rest.getFirst()) || isShort("list", rest.getFirst());
  }

  private static Output unknown(String what, String given, String object) {
    return new Output(
        List.of(what + " \"" + given + "\" is unknown, try \"ip " + object + " help\"."), WRONG);
  }

  private static Output address(Vcpu v, List<String> rest) {
    if (isShow(rest)) {
      return show(v, rest, true);
    }
    return switch (rest.getFirst()) {
      case "a", "add" -> add(v, rest);
      case "d", "del", "delete" -> delete(v, rest);
      default -> unknown("Command", rest.getFirst(), "address");
    };
  }

  private static Output add(Vcpu v, List<String> words) {
    Vif vif = device(v, words);
    if (vif == null) {
      return noDevice(words);
    }
    if (vif.inet() != Inet4.NONE) {
      boolean same = words.get(1).equals(Inet4.text(vif.inet()) + "/" + vif.prefix());
      return refused(same ? "File exists" : vif.name() + " has an address, one at most");
    }
    if (!Net.assign(vif, words.get(1))) {
      return new Output(
          List.of("Error: any valid prefix is expected rather than \"" + words.get(1) + "\"."), 1);
    }
    Net.address(v, vif, vif.inet(), vif.prefix());
    return Output.ok(List.of());
  }

  private static Output delete(Vcpu v, List<String> words) {
    Vif vif = device(v, words);
    if (vif == null) {
      return noDevice(words);
    }
    String address = Inet4.text(vif.inet()) + "/" + vif.prefix();
    if (vif.inet() == Inet4.NONE || !words.get(1).equals(address)) {
      return refused("Cannot assign requested address");
    }
    Net.address(v, vif, Inet4.NONE, 0);
    return Output.ok(List.of());
  }

  private static Output refused(String why) {
    return new Output(List.of("RTNETLINK answers: " + why), REFUSED);
  }

  /** The interface in "add ADDRESS dev NAME"; null when there is none. */
  private static Vif device(Vcpu v, List<String> words) {
    boolean whole = words.size() == 4 && words.get(2).equals("dev");
    return whole ? Net.find(v, words.get(3)) : null;
  }

  private static Output noDevice(List<String> words) {
    return words.size() == 4 && words.get(2).equals("dev")
        ? new Output(List.of("Cannot find device \"" + words.get(3) + "\""), 1)
        : new Output(List.of("Usage: ip addr {add|del} A.B.C.D/N dev DEV"), WRONG);
  }

  private static Output show(Vcpu v, List<String> rest, boolean addresses) {
    List<String> operands = rest.isEmpty() ? rest : rest.subList(1, rest.size());
    boolean dev = !operands.isEmpty() && operands.getFirst().equals("dev");
    List<String> names = dev ? operands.subList(1, operands.size()) : operands;
    String name = names.isEmpty() ? "" : names.getFirst();
    List<String> lines = new ArrayList<>();
    if (name.isEmpty() || name.equals(LOOPBACK)) {
      loopback(lines, addresses);
    }
    for (Vif vif : Net.interfaces(v)) {
      if (name.isEmpty() || name.equals(vif.name())) {
        show(lines, vif, addresses);
      }
    }
    return lines.isEmpty()
        ? Output.fail("Device \"" + name + "\" does not exist.")
        : Output.ok(lines);
  }

  private static void loopback(List<String> lines, boolean addresses) {
    lines.add(
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen"
            + " 1000");
    lines.add("    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00");
    if (addresses) {
      lines.add("    inet 127.0.0.1/8 scope host lo");
      lines.add("       valid_lft forever preferred_lft forever");
    }
  }

  private static void show(List<String> lines, Vif vif, boolean addresses) {
    boolean up = vif.is(Vif.RUNNING);
    lines.add(
        Printf.text(
            "%d: %s: <%s> mtu %d qdisc mq state %s group default qlen 1000",
            vif.slot() + 2,
            vif.name(),
            up ? "BROADCAST,MULTICAST,UP,LOWER_UP" : "NO-CARRIER,BROADCAST,MULTICAST,UP",
            vif.mtu(),
            up ? "UP" : "DOWN"));
    lines.add("    link/ether " + Ethernet.text(vif.mac()) + " brd ff:ff:ff:ff:ff:ff");
    if (addresses && vif.inet() != Inet4.NONE) {
      lines.add(
          Printf.text(
              "    inet %s/%d brd %s scope global %s",
              Inet4.text(vif.inet()), vif.prefix(), Inet4.text(vif.broadcast()), vif.name()));
      lines.add("       valid_lft forever preferred_lft forever");
    }
  }
}
