/**
 * The commands of Pebble's shell. {@link io.xengarden.domain.pebble.programs.Programs} lists them;
 * each is a routine of its own, or a function that makes lines of text.
 *
 * <p>A program knows its arguments, its task and the drivers' calls. It knows nothing of the shell
 * that started it.
 */
package io.xengarden.domain.pebble.programs;
