package io.xengarden.network.bridge;

/** Another host of the cluster. */
record Peer(String host) implements Location {}
