package io.xengarden.network.bridge;

/**
 * Frames of one bridge since it was made.
 *
 * @param forwarded went to one port or peer
 * @param flooded went to all but where they came from
 * @param filtered for where they came from, or from one peer to another: went nowhere
 * @param stale of a domain under an older epoch than the newest known: dropped
 * @param notOwned from a local interface whose domain this host does not own: dropped
 * @param invalid with an impossible source address: dropped
 * @param fromStrangers from a host that is no peer: dropped
 * @param overlayDropped the link to a peer did not take them
 */
public record BridgeCounters(
    long forwarded,
    long flooded,
    long filtered,
    long stale,
    long notOwned,
    long invalid,
    long fromStrangers,
    long overlayDropped) {}
