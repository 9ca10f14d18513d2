/**
 * The local cluster as files and processes: {@link io.xengarden.cli.cluster.LocalCluster} starts,
 * ends and signals host daemons, {@link io.xengarden.cli.cluster.ClusterDirectory} keeps what is
 * known of them. It knows the daemon only by its class name, its arguments and its READY line, and
 * never talks gRPC.
 */
package io.xengarden.cli.cluster;
