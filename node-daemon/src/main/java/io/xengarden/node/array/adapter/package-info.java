/**
 * The array's outside in production: {@link io.xengarden.node.array.adapter.FileJournal}, its gRPC
 * services, {@link io.xengarden.node.array.adapter.RegisterKeeper} as the root of its process, and
 * {@link io.xengarden.node.array.adapter.RegisterProxy}, which stands for it in a host.
 */
package io.xengarden.node.array.adapter;
