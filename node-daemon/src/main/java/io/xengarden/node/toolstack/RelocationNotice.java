package io.xengarden.node.toolstack;

import io.xengarden.abi.ShutdownReason;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.proto.v1.ToolstackError;

/** What the toolstack tells whoever holds a domain's life in its hands. */
public sealed interface RelocationNotice {
  /**
   * A frozen domain has shut down: as it was asked to, or by itself. May be said more than once.
   */
  record HasShutDown(ShutdownReason reason) implements RelocationNotice {}

  /**
   * An expected domain has its memory, its nodes, and backends that wait: its pages may be written
   * until {@link RelocationRequest.Arrive}.
   */
  record MemoryReady(long instance, XenDomain xen) implements RelocationNotice {}

  /** An expected domain is built, and paused. */
  record Built(long instance) implements RelocationNotice {}

  /** An expected domain could not be built, and nothing is left of it. */
  record BuildFailed(ToolstackError error) implements RelocationNotice {}

  /** The host is going down: end what can be ended. */
  record HostStops() implements RelocationNotice {}
}
