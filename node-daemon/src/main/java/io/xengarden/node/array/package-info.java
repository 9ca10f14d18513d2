/**
 * The array: the emulated shared storage of a cluster, a process of its own. First of all it holds
 * the ownership register, whose compare-and-swap decides which host's copy of a domain takes
 * effect.
 *
 * <p>{@link io.xengarden.node.array.Register} is the actor, {@link
 * io.xengarden.node.array.RegisterState} what it decides by. Must not know hosts' actors: hosts
 * reach it over gRPC, or over a simulated link.
 */
package io.xengarden.node.array;
