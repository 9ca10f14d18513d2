/**
 * The host's gRPC server: an adapter between calls on Netty's threads and the host's actors. Main
 * type: {@link io.xengarden.node.grpc.GrpcServer}. It decides nothing about domains; what a request
 * may do is the toolstack's to say.
 */
package io.xengarden.node.grpc;
