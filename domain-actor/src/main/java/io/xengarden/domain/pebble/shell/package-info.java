/**
 * What a person talks to: {@link io.xengarden.domain.pebble.shell.Init} starts the workloads of the
 * command line and becomes the {@link io.xengarden.domain.pebble.shell.Shell}; {@link
 * io.xengarden.domain.pebble.shell.Words} is the grammar.
 *
 * <p>Knows programs by name only.
 */
package io.xengarden.domain.pebble.shell;
