package io.xengarden.hypervisor;

/** Why a vCPU's slice ended. */
public enum SliceEnd {
  /** The budget is used up, or it yielded: it wants to run on. */
  RUNNABLE,
  /** SCHEDOP_block, SCHEDOP_poll, or waiting inside a hypercall: until {@code VcpuWoke}. */
  BLOCKED,
  /** VCPUOP_down, or the domain has shut down or crashed. */
  OFFLINE
}
