/**
 * Membership in production: an Akka Cluster node in an ActorSystem of its own, disposable and made
 * anew when it was downed. {@link io.xengarden.node.cluster.adapter.AkkaMembership} is the way in.
 */
package io.xengarden.node.cluster.adapter;
