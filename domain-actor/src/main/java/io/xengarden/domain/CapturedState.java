package io.xengarden.domain;

import java.util.List;

/**
 * What a suspended domain is beside its pages: enough, with them, to build it again anywhere.
 *
 * @param vcpus those that are up, by number, 0 first
 * @param sharedInfo the 4096 bytes of its shared_info page
 * @param guestTimeNs its system time when it was captured
 */
public record CapturedState(List<CapturedVcpu> vcpus, byte[] sharedInfo, long guestTimeNs) {
  public CapturedState {
    vcpus = List.copyOf(vcpus);
  }

  /**
   * @param context the 5168 bytes of its vcpu_guest_context
   */
  public record CapturedVcpu(int vcpu, byte[] context) {}
}
