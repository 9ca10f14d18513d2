package io.xengarden.network;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.machine.HostClock;
import io.xengarden.xenstore.XenStoreCommand;

/**
 * What the backend of one virtual network interface is made of.
 *
 * @param frontend the domain that uses the device
 * @param devid the device's number there; eth0 is 0
 * @param backendPath its node, such as {@code /local/domain/0/backend/vif/3/0}; the toolstack has
 *     filled it, and the frontend domain's {@code vm} node, before the backend is made
 */
public record VifSetup(
    Domid frontend,
    int devid,
    String backendPath,
    ActorRef<HypervisorCommand> hypervisor,
    ActorRef<XenStoreCommand> store,
    ActorRef<BridgesCommand> bridges,
    HostClock clock) {}
