/**
 * xenstored without its wires: {@link io.xengarden.xenstore.server.Store} is a host's store with
 * its domains, connections, watches and transactions; {@link io.xengarden.xenstore.server.Nodes}
 * says what clients may do with nodes.
 *
 * <p>It knows neither messages' layout nor rings, sockets or actors: what it has to tell goes to an
 * {@link io.xengarden.xenstore.server.Outlet}. Plain Java, one thread at a time.
 */
package io.xengarden.xenstore.server;
