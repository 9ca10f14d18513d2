/**
 * The database of xenstored: {@link io.xengarden.xenstore.tree.Tree} holds the live nodes, {@link
 * io.xengarden.xenstore.tree.Transaction} changes that are not visible yet; both are a {@link
 * io.xengarden.xenstore.tree.View} to work on. Paths and permissions are here, too.
 *
 * <p>It knows no client: who may do what, quotas and watches are decided in {@code server}. Plain
 * Java, one thread at a time.
 */
package io.xengarden.xenstore.tree;
