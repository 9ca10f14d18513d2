/**
 * One guest on its way into a save or a migration: {@link
 * io.xengarden.node.relocation.guest.GuestSuspension} brings it to rest and takes its state, {@link
 * io.xengarden.node.relocation.guest.GuestRevival} lets it run on where it is.
 *
 * <p>Must not know why it is done: no file, no stream, no register.
 */
package io.xengarden.node.relocation.guest;
