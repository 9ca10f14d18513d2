/**
 * The files of /proc and /sys: {@link io.xengarden.domain.pebble.programs.file.Files} is the list,
 * {@link io.xengarden.domain.pebble.programs.file.ReadFile} the routine that reads one.
 *
 * <p>There is no file system: a file is a function of the kernel's state, or of what Xen answers.
 */
package io.xengarden.domain.pebble.programs.file;
