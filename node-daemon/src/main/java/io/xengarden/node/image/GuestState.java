package io.xengarden.node.image;

import io.xengarden.machine.Memory;
import java.util.List;

/**
 * What a suspended guest is beside its pages.
 *
 * @param startInfoGfn the frame of its start_info page; travels in edx of vCPU 0
 * @param sharedInfo its shared_info page, 4096 bytes; not copied
 * @param vcpus by ascending id, vCPU 0 first
 */
public record GuestState(long startInfoGfn, TscInfo tsc, byte[] sharedInfo, List<SavedVcpu> vcpus) {
  public GuestState {
    vcpus = List.copyOf(vcpus);
    if (sharedInfo.length != Memory.PAGE_SIZE) {
      throw new IllegalArgumentException("shared_info of " + sharedInfo.length + " bytes");
    }
    if (vcpus.isEmpty() || vcpus.getFirst().id() != 0) {
      throw new IllegalArgumentException("no vCPU 0");
    }
    for (int i = 1; i < vcpus.size(); i++) {
      if (vcpus.get(i).id() <= vcpus.get(i - 1).id()) {
        throw new IllegalArgumentException("vCPUs not in ascending order");
      }
    }
  }
}
