package io.xengarden.cli.config;

import io.xengarden.cli.config.ConfigError.BadSpec;
import java.util.BitSet;

/** The cpu list grammar of {@code cpus=} and {@code vcpu-pin}: {@code all}, {@code 0-3,5,^1}. */
public final class CpuList {
  /** Xen's NR_CPUS is far below this; a list cannot make us allocate more. */
  static final int MAX_CPU = 4095;

  private final int hostCpus;
  private final BitSet cpus = new BitSet();

  private CpuList(int hostCpus) {
    this.hostCpus = hostCpus;
  }

  /**
   * Evaluates a list left to right.
   *
   * @param hostCpus how many pCPUs "all" and one NUMA node have
   */
  static BitSet parse(String text, int hostCpus) throws BadSpec {
    CpuList list = new CpuList(hostCpus);
    for (String item : text.split(",", -1)) {
      list.item(item.strip());
    }
    return list.cpus;
  }

  private void item(String item) throws BadSpec {
    boolean removes = item.startsWith("^");
    String rest = removes ? item.substring(1) : item;
    boolean nodes = rest.startsWith("node:") || rest.startsWith("nodes:");
    if (nodes) {
      rest = rest.substring(rest.indexOf(':') + 1);
    }
    if (rest.startsWith("^")) {
      removes = true;
      rest = rest.substring(1);
    }
    if (rest.equals("all")) {
      if (removes) {
        throw new BadSpec("`^all' leaves no cpu");
      }
      cpus.set(0, hostCpus);
      return;
    }
    range(rest, nodes, removes);
  }

  private void range(String text, boolean nodes, boolean removes) throws BadSpec {
    int dash = text.indexOf('-');
    int first = number(dash < 0 ? text : text.substring(0, dash));
    int last = dash < 0 ? first : number(text.substring(dash + 1));
    if (last < first) {
      throw new BadSpec("cpu range `" + text + "' runs backwards");
    }
    // One NUMA node per host: node 0 is every pCPU, other nodes have none.
    int from = nodes ? 0 : first;
    int to = nodes ? (first == 0 ? hostCpus : 0) : last + 1;
    cpus.set(from, to, !removes);
  }

  private static int number(String text) throws BadSpec {
    boolean digits =
        !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    int cpu = digits ? Integer.parseInt(text) : -1;
    if (cpu < 0 || cpu > MAX_CPU) {
      throw new BadSpec("invalid cpu `" + text + "'");
    }
    return cpu;
  }
}
