/**
 * One emulated host's hardware: its RAM and its clock.
 *
 * <p>{@link io.xengarden.machine.HostMemory} is RAM addressed by machine frame; {@link
 * io.xengarden.machine.GuestMemory} is a domain's view of it through p2m extents, and {@link
 * io.xengarden.machine.PageView} is one page of it seen from outside. All of them are {@link
 * io.xengarden.machine.Memory}, whose Javadoc is the concurrency contract. A {@link
 * io.xengarden.machine.PageRun} is some pages that lie side by side.
 *
 * <p>Knows nothing of Xen: no domids, no grants, no event channels.
 */
package io.xengarden.machine;
