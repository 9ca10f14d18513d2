/**
 * The ring of one connected block device: {@link io.xengarden.storage.blkback.Blkback} takes
 * requests, checks every field, moves data between granted pages and the image, and answers.
 * Source: xen/include/public/io/blkif.h.
 *
 * <p>Plain Java; it knows neither actors nor xenstore. The frontend is hostile: whatever it writes
 * is an error answered to it, or {@code RingCorrupt}.
 */
package io.xengarden.storage.blkback;
