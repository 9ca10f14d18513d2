/**
 * Saving a domain to a file and restoring it: {@link io.xengarden.node.relocation.save.SaveFlow}
 * and {@link io.xengarden.node.relocation.save.RestoreFlow}. Each keeps its file in an actor of its
 * own that may block.
 *
 * <p>Must not know another host. Files come through {@link
 * io.xengarden.node.relocation.save.SaveFiles}, the format from {@code node.image}.
 */
package io.xengarden.node.relocation.save;
