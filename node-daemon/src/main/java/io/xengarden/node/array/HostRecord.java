package io.xengarden.node.array;

/**
 * Where a host of the cluster is reached.
 *
 * @param incarnation given by the register: one more than the last one of that name
 * @param grpc host:port
 * @param membership address of its membership node, "" while it has none
 */
public record HostRecord(
    String name, long incarnation, String grpc, String membership, int cpus, long memoryMib) {

  public HostRecord withIncarnation(long next) {
    return new HostRecord(name, next, grpc, membership, cpus, memoryMib);
  }
}
