/**
 * What libxl, xl's watchers and xl.cfg's rules are on a real host: creates, pauses, shuts down,
 * restarts and destroys domains. Main type: {@link io.xengarden.node.toolstack.Toolstack}; the
 * operations are actors of their own. It knows a device by its nodes in xenstore only, and nothing
 * of how requests arrive.
 */
package io.xengarden.node.toolstack;
