package io.xengarden.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a host's RAM really costs, asked of Linux: resident bytes of its mapping. */
final class Ram {
  private Ram() {}

  /** Resident bytes of the mappings that hold {@code host}'s RAM, from /proc/self/smaps. */
  static long residentBytes(HostMemory host) throws IOException {
    long begin = host.ram().address();
    long end = begin + host.ram().byteSize();
    boolean inside = false;
    long kibibytes = 0;
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    for (String line : lines) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-");
        inside =
            Long.parseUnsignedLong(range[0], 16) < end
                && Long.parseUnsignedLong(range[1], 16) > begin;
      } else if (inside && line.startsWith("Rss:")) {
        kibibytes += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return kibibytes << 10;
  }
}
