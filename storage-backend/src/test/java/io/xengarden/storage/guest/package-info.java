/** A guest's side of a block device, as tests need it: RAM with a grant table, and a blkfront. */
package io.xengarden.storage.guest;
