/**
 * Programs that work on disks: dd, sha256, diskcheck, diskbench. {@link
 * io.xengarden.domain.pebble.programs.disk.OpenDisk} finds the disk for all of them; the layout
 * that diskcheck writes is docs/formats/diskcheck.md.
 *
 * <p>They know disks through {@link io.xengarden.domain.pebble.blkfront.Block} alone.
 */
package io.xengarden.domain.pebble.programs.disk;
