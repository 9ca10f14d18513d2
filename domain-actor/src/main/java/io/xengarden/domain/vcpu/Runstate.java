package io.xengarden.domain.vcpu;

/**
 * What a vCPU's time is booked on; in the ABI's order. Source: RUNSTATE_*,
 * xen/include/public/vcpu.h.
 */
public enum Runstate {
  RUNNING,
  RUNNABLE,
  BLOCKED,
  OFFLINE
}
