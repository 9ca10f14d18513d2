package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What there is to take down of a domain, or of a building that failed.
 *
 * @param disks and vifs: those that were planned; their nodes may not have been written
 */
record Remains(
    long instance,
    Domid domid,
    UUID uuid,
    List<VirtualDisk> disks,
    List<VirtualInterface> vifs,
    Optional<StoreLink> storeLink) {}
