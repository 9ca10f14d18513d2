package io.xengarden.node.image;

import io.xengarden.abi.VcpuContext;

/** One vCPU of an image; vCPUs that the guest never brought up have none. */
public record SavedVcpu(int id, VcpuContext context) {}
