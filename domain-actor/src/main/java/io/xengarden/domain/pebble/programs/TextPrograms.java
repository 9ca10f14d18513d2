package io.xengarden.domain.pebble.programs;

import io.xengarden.abi.SharedInfo;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.Vbd;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.kernel.Version;
import io.xengarden.domain.pebble.netfront.Net;
import io.xengarden.domain.pebble.netfront.Vif;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Output;
import io.xengarden.domain.pebble.programs.operand.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The commands that only look and print. */
final class TextPrograms {
  private static final String UNAME_ORDER = "snrvm";
  private static final long PAGE_KIB = 4;

  private TextPrograms() {}

  static Output help(Vcpu v, Arguments arguments) {
    if (arguments.count() > 0) {
      String name = arguments.get(1);
      return Programs.find(name)
          .map(program -> Output.ok(List.of(program.usage(), "  " + program.summary())))
          .orElseGet(() -> Output.fail("help: no help topics match '" + name + "'"));
    }
    return Output.ok(
        Programs.all().stream()
            .map(program -> Printf.text("%-10s %s", program.name(), program.summary()))
            .toList());
  }

  static Output uname(Vcpu v, Arguments arguments) {
    String asked = "s";
    if (arguments.count() > 0) {
      asked = String.join("", arguments.words().subList(1, arguments.words().size()));
      if (!asked.matches("(-[asnrvm]+)+")) {
        return Output.fail("uname: invalid option '" + arguments.get(1) + "'");
      }
    }
    List<String> words = new ArrayList<>();
    for (char field : UNAME_ORDER.toCharArray()) {
      if (asked.indexOf('a') >= 0 || asked.indexOf(field) >= 0) {
        words.add(unameField(v, field));
      }
    }
    return Output.ok(List.of(String.join(" ", words)));
  }

  private static String unameField(Vcpu v, char field) {
    return switch (field) {
      case 's' -> Version.NAME;
      case 'n' -> hostName(v);
      case 'r' -> Version.RELEASE;
      case 'v' -> Version.BUILD;
      default -> Version.MACHINE;
    };
  }

  private static String hostName(Vcpu v) {
    String name = v.state().hostName();
    return name.isEmpty() ? "pebble" : name;
  }

  /** As Linux: " 12:34:56 up 1 day, 2:03, 1 user". */
  static Output uptime(Vcpu v, Arguments arguments) {
    long upSeconds = v.now() / 1_000_000_000;
    SharedInfo.Wallclock wallclock = SharedInfo.readWallclock(v.memory(), v.state().sharedInfo());
    long now = wallclock.seconds() + (wallclock.nanos() + v.now()) / 1_000_000_000;
    long days = upSeconds / 86_400;
    long hours = upSeconds / 3600 % 24;
    long minutes = upSeconds / 60 % 60;
    String up =
        (days == 0 ? "" : days + (days == 1 ? " day, " : " days, "))
            + (hours == 0 ? minutes + " min" : Printf.text("%2d:%02d", hours, minutes));
    return Output.ok(
        List.of(
            Printf.text(
                " %02d:%02d:%02d up %s,  1 user", now / 3600 % 24, now / 60 % 60, now % 60, up)));
  }

  static Output free(Vcpu v, Arguments arguments) {
    String option = arguments.count() == 0 ? "-k" : arguments.get(1);
    if (!option.matches("-[kmgh]")) {
      return Output.fail("free: invalid option '" + option + "'");
    }
    long total = v.state().ramPages() * PAGE_KIB;
    long used = new Extents(v.memory()).pagesInUse() * PAGE_KIB;
    String row = "%-8s%12s%12s%12s%12s%12s%12s";
    return Output.ok(
        List.of(
            Printf.text(row, "", "total", "used", "free", "shared", "buff/cache", "available"),
            Printf.text(
                row,
                "Mem:",
                amount(total, option),
                amount(used, option),
                amount(total - used, option),
                amount(0, option),
                amount(0, option),
                amount(total - used, option)),
            Printf.text(
                "%-8s%12s%12s%12s",
                "Swap:", amount(0, option), amount(0, option), amount(0, option))));
  }

  private static String amount(long kib, String option) {
    return switch (option) {
      case "-m" -> Long.toString(kib >>> 10);
      case "-g" -> Long.toString(kib >>> 20);
      case "-h" -> Sizes.binary(kib << 10).replace(" ", "").replace("iB", "i");
      default -> Long.toString(kib);
    };
  }

  static Output lsdev(Vcpu v, Arguments arguments) {
    List<String> lines = new ArrayList<>();
    String row = "%-8s %-5s %-10s %-13s %-10s %-4s %s";
    lines.add(Printf.text(row, "NAME", "TYPE", "DEVID", "STATE", "SIZE", "MODE", "BACKEND"));
    lines.add(
        Printf.text(
            row, "hvc0", "tty", "0", "connected", "-", "w", "/local/domain/0/backend/console"));
    for (Vbd vbd : Block.disks(v)) {
      lines.add(
          Printf.text(
              row,
              vbd.name(),
              "disk",
              vbd.devid(),
              vbd.state().name().toLowerCase(Locale.ROOT).replace('_', ' '),
              vbd.is(Vbd.KNOWN) ? Sizes.binary(vbd.sectors() * 512).replace(" ", "") : "-",
              vbd.is(Vbd.READ_ONLY) ? "r" : "w",
              vbd.backend()));
    }
    for (Vif vif : Net.interfaces(v)) {
      lines.add(
          Printf.text(
              row,
              vif.name(),
              "net",
              vif.devid(),
              vif.state().name().toLowerCase(Locale.ROOT).replace('_', ' '),
              "-",
              "w",
              vif.backend()));
    }
    return Output.ok(lines);
  }

  static Output jobs(Vcpu v, Arguments arguments) {
    List<String> lines = new ArrayList<>();
    for (int index = 0; index < v.state().tasksUsed(); index++) {
      Task task = new Task(v.memory(), Layout.task(index));
      boolean job =
          task.state() != Task.State.FREE && task.is(Task.BACKGROUND) && !task.is(Task.KERNEL);
      if (job) {
        String words = String.join(" ", Arguments.of(v.memory(), task).words());
        String state = task.state() == Task.State.PARKED ? "Sleeping" : "Running";
        lines.add(Printf.text("[%d]  %-10s %s &", task.pid(), state, words));
      }
    }
    return Output.ok(lines);
  }
}
