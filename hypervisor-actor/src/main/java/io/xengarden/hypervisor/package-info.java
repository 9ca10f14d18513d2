/**
 * Xen on one host: frames, domids, event-channel binding, grants, and which vCPU runs when.
 *
 * <p>{@link io.xengarden.hypervisor.Hypervisor} makes the actor, {@link
 * io.xengarden.hypervisor.HypervisorCommand} is what it is asked, {@link
 * io.xengarden.hypervisor.DomainSignal} what it tells the actors that run domains, and {@link
 * io.xengarden.hypervisor.XenDomain} what belongs to one domain.
 *
 * <p>Knows no device, no xenstore, and nothing of what runs in a domain.
 */
package io.xengarden.hypervisor;
