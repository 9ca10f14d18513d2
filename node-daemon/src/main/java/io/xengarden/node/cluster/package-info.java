/**
 * What a host knows of its cluster: which hosts are there, and which of them owns which domain.
 *
 * <p>{@link io.xengarden.node.cluster.Directory} joins the ownership register with membership.
 * Membership is advice: nothing here ends a domain or changes an owner. Must not know Akka Cluster,
 * which stays in {@code adapter} behind {@link io.xengarden.node.cluster.MembershipEvent}.
 */
package io.xengarden.node.cluster;
