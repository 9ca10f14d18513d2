package io.xengarden.network.bridge;

/** Where an address is: behind a port of this host, or at another host. */
sealed interface Location permits BridgePort, Peer {}
