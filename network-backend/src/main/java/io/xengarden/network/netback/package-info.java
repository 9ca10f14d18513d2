/**
 * The rings of one connected network interface: {@link io.xengarden.network.netback.Netback} takes
 * frames out of the guest's pages, checks every field, answers, and puts frames for the guest into
 * pages it has offered. Source: xen/include/public/io/netif.h.
 *
 * <p>Plain Java; it knows neither actors, bridges nor xenstore. The frontend is hostile: whatever
 * it writes is an error answered to it, or {@code RingCorrupt}.
 */
package io.xengarden.network.netback;
