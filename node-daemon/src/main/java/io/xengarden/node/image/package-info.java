/**
 * Xen's save image and migration stream: one codec for both, in both directions.
 *
 * <p>{@link io.xengarden.node.image.ImageEncoder} turns a guest (pages, shared_info, vCPU contexts)
 * into chunks of bytes; {@link io.xengarden.node.image.ImageDecoder} turns chunks, cut anywhere,
 * back into events and pages, and refuses what is not an image with one clear line. A file differs
 * from a live stream by its header and its checksum trailer only (docs/formats/save-image.md).
 *
 * <p>Plain Java: knows no actor, no gRPC and no toolstack; files are the business of the adapter
 * package. Neither side ever holds a whole guest.
 */
package io.xengarden.node.image;
