/**
 * Virtual network interfaces and the bridges of a host, as dom0 serves them. {@link
 * io.xengarden.network.VifBackend} is one interface's backend, an actor; {@link
 * io.xengarden.network.Bridges} keeps the host's learning bridges. {@link
 * io.xengarden.network.OverlayLink} is the port behind which the other hosts of the cluster are:
 * gRPC in production, a simulated network in simulation.
 *
 * <p>It knows no guest kernel, no toolstack, no wire format and no disks.
 */
package io.xengarden.network;
