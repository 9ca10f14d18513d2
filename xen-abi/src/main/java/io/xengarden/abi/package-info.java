/**
 * What guests and Xen agree on: ids, error numbers, hypercalls, page layouts, rings, xenbus states.
 * x86_64, little-endian, byte for byte as in Xen's public headers.
 *
 * <p>{@link io.xengarden.abi.StartInfo}, {@link io.xengarden.abi.SharedInfo} and {@link
 * io.xengarden.abi.SharedRing} are where to begin. Everything works on a {@link
 * io.xengarden.machine.Memory} and an address in it, and takes what it reads there for hostile.
 *
 * <p>Knows no actor, no domain's state, no device and no kernel: only formats.
 */
package io.xengarden.abi;
