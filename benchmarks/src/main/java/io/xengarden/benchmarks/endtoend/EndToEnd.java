package io.xengarden.benchmarks.endtoend;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code benchmarks/run disks|domains|commands …}: runs those parts and prints their table. */
public final class EndToEnd {
  private static final List<String> PARTS = List.of("disks", "domains", "commands");
  private static final int ROUNDS = Integer.getInteger("rounds", 3);
  private static final int SECONDS = Integer.getInteger("seconds", 3);

  private EndToEnd() {}

  /**
   * @param arguments the launcher's path, then parts; none are all
   */
  public static void main(String... arguments) throws Exception {
    Path launcher = Path.of(arguments[0]);
    List<String> parts = List.of(arguments).subList(1, arguments.length);
    Report report = new Report();
    System.out.println(conditions());
    for (String part : parts.isEmpty() ? PARTS : parts) {
      try (Garden garden = Garden.fresh(launcher)) {
        switch (part) {
          case "disks" -> new Disks(report, ROUNDS, SECONDS).run(garden);
          case "domains" -> new Domains(report).run(garden);
          case "commands" -> new Commands(report).run(garden);
          default -> throw new IllegalArgumentException("no part " + part + "; of " + PARTS);
        }
      }
    }
    System.out.println(report.table());
  }

  private static String conditions() throws IOException {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return Report.figure(
        "%s, %d CPUs, load average %.1f, Linux %s, JDK %s\n",
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        load,
        System.getProperty("os.version"),
        Runtime.version());
  }

  private static String cpuModel() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 2))
          .findFirst()
          .orElse("unknown CPU");
    }
  }
}
