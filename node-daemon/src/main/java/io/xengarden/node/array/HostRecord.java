package io.xengarden.node.array;

/**
 * Where a host of the cluster is reached.
 *
 * @param incarnation given by the register: one more than the last one of that name
 * @param process a token of the process that announces itself; the same again is the same
 *     announcement, retried
 * @param machine what it can give to domains
 */
public record HostRecord(
    String name, long incarnation, String process, Addresses addresses, Machine machine) {

  /**
   * @param grpc host:port, "" while it has none
   * @param membership address of its membership node, "" while it has none
   */
  public record Addresses(String grpc, String membership) {
    public static final Addresses NONE = new Addresses("", "");
  }

  /** Domain-0's part included. */
  public record Machine(int cpus, long memoryMib) {}

  public HostRecord withIncarnation(long next) {
    return new HostRecord(name, next, process, addresses, machine);
  }
}
