/**
 * The array's outside in production: {@link io.xengarden.node.array.adapter.FileJournal}, its gRPC
 * services, and {@link io.xengarden.node.array.adapter.ArrayMain}, its process.
 */
package io.xengarden.node.array.adapter;
