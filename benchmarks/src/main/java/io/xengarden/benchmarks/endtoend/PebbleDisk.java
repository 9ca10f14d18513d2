package io.xengarden.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;

/** A guest's disk: Pebble's diskbench, through ring, grants, events and backend. */
final class PebbleDisk implements Contender {
  private static final java.util.regex.Pattern IOPS =
      java.util.regex.Pattern.compile(": ([0-9]+) IOPS");

  private final Garden garden;

  /** Boots a guest with {@code file} as xvda. */
  PebbleDisk(Garden garden, Path file) throws IOException {
    this.garden = garden;
    Path config = garden.directory().resolve("bench.cfg");
    Files.writeString(
        config,
        """
        name   = "bench"
        kernel = "builtin:pebble"
        memory = 256
        disk   = [ "%s,raw,xvda,rw" ]
        """
            .formatted(file));
    garden.run("xl", "create", config.toString());
  }

  @Override
  public String name() {
    return "guest";
  }

  @Override
  public double run(Pattern pattern, int seconds) throws IOException {
    String output =
        garden.run(
            "run",
            "bench",
            "--",
            "diskbench",
            "xvda",
            pattern.mode().word(),
            "--depth",
            Integer.toString(pattern.depth()),
            "--bs",
            Integer.toString(pattern.blockBytes()),
            "--seconds",
            Integer.toString(seconds));
    Matcher iops = IOPS.matcher(output);
    if (!iops.find()) {
      throw new IOException("diskbench said: " + output);
    }
    return Double.parseDouble(iops.group(1));
  }
}
