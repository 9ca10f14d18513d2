/**
 * What Pebble knows: records in its own pages, and nothing else. {@link
 * io.xengarden.domain.pebble.image.Layout} says where they lie (docs/formats/pebble.md draws it),
 * {@link io.xengarden.domain.pebble.image.KernelState} is the first of them.
 *
 * <p>Every class here is a view, (memory, address), made on the fly and thrown away. Nothing here
 * makes a hypercall or knows a device's protocol.
 */
package io.xengarden.domain.pebble.image;
