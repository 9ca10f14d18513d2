/**
 * One host's daemon. {@link io.xengarden.node.XenHost} is the host as actors, wired by hand, the
 * same in production and in simulation; {@link io.xengarden.node.NodeMain} is the process around
 * it. The root package knows every part; the parts know one another only by their protocols.
 */
package io.xengarden.node;
