package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.xenstore.XenStoreCommand;

/**
 * What the backend of one virtual block device is made of.
 *
 * @param frontend the domain that uses the device
 * @param devid the device's number there; xvda is 51712
 * @param backendPath its node, such as {@code /local/domain/0/backend/vbd/3/51712}; the toolstack
 *     has filled it before the backend is made
 */
public record VbdSetup(
    Domid frontend,
    int devid,
    String backendPath,
    ActorRef<HypervisorCommand> hypervisor,
    ActorRef<XenStoreCommand> store,
    BlockImages images) {}
