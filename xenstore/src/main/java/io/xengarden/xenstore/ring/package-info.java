/**
 * The domains' xenstore pages: {@link io.xengarden.xenstore.ring.RingTable} has one session per
 * introduced domain, which takes requests from the page, and sends replies and events.
 *
 * <p>Guests write to these pages while they are read here: no index and no length is believed. It
 * knows no actor; whoever holds the table says when a domain rang.
 */
package io.xengarden.xenstore.ring;
