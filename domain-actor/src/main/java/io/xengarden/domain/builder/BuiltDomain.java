package io.xengarden.domain.builder;

import io.xengarden.abi.VcpuContext;
import java.util.List;

/**
 * A domain ready to run, and what the toolstack announces in xenstore.
 *
 * @param storePort the domain's port for xenstore, unbound for dom0
 * @param consolePort likewise for its console
 * @param storeGfn the xenstore ring page
 * @param consoleGfn the console ring page
 * @param contexts by vCPU; one without VGCF_online stands for a vCPU that is down
 */
public record BuiltDomain(
    int storePort, int consolePort, long storeGfn, long consoleGfn, List<VcpuContext> contexts) {
  public BuiltDomain {
    contexts = List.copyOf(contexts);
  }
}
