/**
 * Event channels with the 2-level ABI: {@link io.xengarden.hypervisor.evtchn.EventChannels} is a
 * domain's ports, owned by its actor; {@link io.xengarden.hypervisor.evtchn.EventInbox} is where
 * events for it arrive from other threads. The hypervisor's side of binding is {@code
 * EventBinding}.
 *
 * <p>An event goes from the sender's port to the peer's sink, into the inbox, and from there, in
 * the receiving domain's own turn, into its shared_info. Knows no device.
 */
package io.xengarden.hypervisor.evtchn;
