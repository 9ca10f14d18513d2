/**
 * The host's frames: who has which, and what is free.
 *
 * <p>{@link io.xengarden.hypervisor.memory.FrameAllocator} hands out extents of frames and takes
 * them back; {@link io.xengarden.hypervisor.memory.Reservation} is what one domain has. At every
 * moment the host's frames are the free ones, Domain-0's and those of the reservations.
 *
 * <p>Knows nothing of actors, and nothing of what a frame holds.
 */
package io.xengarden.hypervisor.memory;
