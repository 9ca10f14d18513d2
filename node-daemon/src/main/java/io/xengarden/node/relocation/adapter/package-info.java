/**
 * What saves and migrations reach outside in production: files by {@link
 * io.xengarden.node.relocation.adapter.ImageFiles}, other hosts over gRPC by {@link
 * io.xengarden.node.relocation.adapter.GrpcMigrationLinks} and {@link
 * io.xengarden.node.relocation.adapter.MigrationReceiverService}. Must not know what is said on a
 * stream.
 */
package io.xengarden.node.relocation.adapter;
