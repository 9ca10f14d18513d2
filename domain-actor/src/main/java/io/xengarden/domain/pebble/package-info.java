/**
 * Pebble, the built-in paravirtual kernel: {@link io.xengarden.domain.pebble.PebbleImage} is what
 * the domain builder loads, {@link io.xengarden.domain.pebble.Pebble} what runs it.
 *
 * <p>It lives by the rules of a guest: registers, its own memory, hypercalls, events. It knows
 * neither the actor that runs it nor anything of the host; docs/formats/pebble.md describes what it
 * keeps in its pages.
 */
package io.xengarden.domain.pebble;
