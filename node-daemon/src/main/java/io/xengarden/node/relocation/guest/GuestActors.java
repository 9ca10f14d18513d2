package io.xengarden.node.relocation.guest;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.domain.DomainCommand;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.node.dom0.Dom0Command;
import io.xengarden.xenstore.XenStoreCommand;

/** Who has to do with the suspending of one guest. */
public record GuestActors(
    Domid domid,
    ActorRef<DomainCommand> domain,
    ActorRef<HypervisorCommand> hypervisor,
    ActorRef<XenStoreCommand> store,
    ActorRef<Dom0Command> dom0) {}
