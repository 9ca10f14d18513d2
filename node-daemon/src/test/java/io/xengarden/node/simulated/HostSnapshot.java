package io.xengarden.node.simulated;

import java.util.List;
import java.util.SortedMap;

/**
 * Everything of a host that an operation could leave behind.
 *
 * @param store every node of xenstore, with its value
 * @param freePages of the host's memory
 * @param domids that Xen knows
 * @param lowestFreePort the event-channel port that dom0 would be given next
 * @param actors every actor's path, numbered names without their numbers
 * @param openImages open block images
 */
public record HostSnapshot(
    SortedMap<String, String> store,
    long freePages,
    List<Integer> domids,
    int lowestFreePort,
    List<String> actors,
    int openImages) {}
