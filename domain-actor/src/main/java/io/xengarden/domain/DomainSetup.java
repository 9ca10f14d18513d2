package io.xengarden.domain;

import akka.actor.typed.ActorRef;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.HostClock;

/**
 * What a {@link Domain} is made of.
 *
 * @param xen as the hypervisor made it; the actor owns it from here on
 * @param built what the builder, or a restore, has put into it
 * @param kernel the image that was built, whose guest runs
 */
public record DomainSetup(
    XenDomain xen,
    BuiltDomain built,
    KernelImage kernel,
    ActorRef<HypervisorCommand> hypervisor,
    HostClock clock,
    GuestMode mode) {}
