/**
 * The host's ordered log of what changed. Main type: {@link io.xengarden.node.events.EventLog}. It
 * knows nothing of those who append or of how readers are reached.
 */
package io.xengarden.node.events;
