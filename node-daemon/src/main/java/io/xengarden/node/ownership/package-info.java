/**
 * A host's dealings with the ownership register (law 6): it announces itself, claims what it
 * creates, releases what is gone, and notices what it has lost.
 *
 * <p>Main type: {@link io.xengarden.node.ownership.Ownerships}. The port to the register is an
 * {@code ActorRef<RegisterCommand>}, the register itself or who stands for it; it may answer
 * Unreachable at any time, and then nobody knows what has taken effect. Must not know domains, gRPC
 * or Akka Cluster.
 */
package io.xengarden.node.ownership;
