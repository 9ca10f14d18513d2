package io.xengarden.node.toolstack;

import io.xengarden.domain.KernelImage;
import io.xengarden.machine.Memory;
import io.xengarden.proto.v1.DomainConfig;
import java.util.List;
import java.util.UUID;

/**
 * A configuration that was checked and completed: nothing in it is missing or contradictory. {@link
 * ConfigCheck} is the only way to one.
 *
 * @param config with every default filled in: what is stored, shown and restarted from
 * @param warnings one line each, for what the configuration asks for and this host cannot do
 */
public record DomainPlan(
    DomainConfig config,
    UUID uuid,
    KernelImage kernel,
    List<VirtualDisk> disks,
    List<String> warnings) {

  /** libxl gives a PV domain this much over its target. */
  private static final long SLACK_KIB = 1024;

  private static final long KIB_PER_PAGE = Memory.PAGE_SIZE / 1024;

  /** The same domain under another name. */
  DomainPlan named(String name) {
    return new DomainPlan(config.toBuilder().setName(name).build(), uuid, kernel, disks, warnings);
  }

  String name() {
    return config.getName();
  }

  long pages() {
    return config.getMemoryKib() / KIB_PER_PAGE;
  }

  /** What the domain may ever have: its target now, and the slack. */
  long maxPages() {
    return (config.getMemoryKib() + SLACK_KIB) / KIB_PER_PAGE;
  }
}
