/**
 * What runs in a domain. {@link io.xengarden.domain.Domain} is the actor of an unprivileged domain;
 * {@link io.xengarden.domain.Guest}, {@link io.xengarden.domain.GuestCpu} and {@link
 * io.xengarden.domain.KernelImage} are the seam to the kernels that run in it. It must not know
 * xenstore, devices or the toolstack.
 */
package io.xengarden.domain;
