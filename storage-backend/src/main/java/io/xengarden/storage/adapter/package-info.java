/**
 * Block images in files and block devices of the machine below: {@link
 * io.xengarden.storage.adapter.FileBlockImages}. The only place of this module with threads and
 * files. It knows no ring and no guest.
 */
package io.xengarden.storage.adapter;
