/**
 * Asking with an end: one answer, or word that it is overdue. Main type: {@link
 * io.xengarden.node.ask.OneReply}. It knows nothing of what is asked.
 */
package io.xengarden.node.ask;
