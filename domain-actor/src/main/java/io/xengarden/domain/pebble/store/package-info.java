/**
 * The xenstore driver: requests and replies over the domain's ring page, several outstanding at a
 * time, and watch events. {@link io.xengarden.domain.pebble.store.Store} is what callers use,
 * {@link io.xengarden.domain.pebble.store.StoreCall} the routine that sends and waits.
 *
 * <p>Watches carry a bit's number as their token and end as a bit that xenwatch looks at: events
 * merge, so no number of them needs a queue. Knows no device.
 */
package io.xengarden.domain.pebble.store;
