/**
 * The wire formats that Pebble speaks: Ethernet, ARP, IPv4 and ICMP echo. {@link
 * io.xengarden.domain.pebble.net.Ethernet} is where a frame begins.
 *
 * <p>Plain functions on bytes. Whatever is read was sent by somebody else and may be anything: what
 * is not exactly well formed is no packet. Knows neither the kernel nor a device.
 */
package io.xengarden.domain.pebble.net;
