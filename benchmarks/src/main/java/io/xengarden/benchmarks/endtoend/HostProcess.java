package io.xengarden.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a host's process holds, as the kernel and the JVM say. All in bytes. */
record HostProcess(long pid) {
  private static final Pattern USED = Pattern.compile("used ([0-9]+)K");
  private static final long KIB = 1024;

  /**
   * @param heap used after a full collection
   * @param guests touched pages of the mapping that is the host's RAM
   * @param resident everything: those two, what the heap has committed, code, stacks, the JVM
   */
  record Held(long heap, long guests, long resident) {
    Held minus(Held before) {
      return new Held(heap - before.heap, guests - before.guests, resident - before.resident);
    }
  }

  Held held() throws IOException {
    jcmd("GC.run");
    jcmd("GC.run");
    return new Held(usedHeap(), largestMapping(), resident());
  }

  private long usedHeap() throws IOException {
    Matcher used = USED.matcher(jcmd("GC.heap_info"));
    if (!used.find()) {
      throw new IOException("jcmd says no heap");
    }
    return Long.parseLong(used.group(1)) * KIB;
  }

  /** Resident bytes of the largest mapping: the host's RAM is far larger than all else. */
  private long largestMapping() throws IOException {
    long largest = 0;
    long size = 0;
    long resident = 0;
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps"))) {
      if (line.startsWith("Size:")) {
        size = kib(line);
      } else if (line.startsWith("Rss:") && size > largest) {
        largest = size;
        resident = kib(line);
      }
    }
    return resident * KIB;
  }

  private long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return kib(line) * KIB;
      }
    }
    throw new IOException("no VmRSS");
  }

  private static long kib(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", ""));
  }

  private String jcmd(String command) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return Programs.run(new ProcessBuilder(jcmd, Long.toString(pid), command));
  }
}
