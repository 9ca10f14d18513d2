/**
 * A host's xenstored: the actor {@link io.xengarden.xenstore.XenStore} with its protocol {@link
 * io.xengarden.xenstore.XenStoreCommand}. Dom0's actors send batches and watches; guests speak
 * xenstore's wire format through their ring pages.
 *
 * <p>All that decides is plain Java below: {@code tree} (nodes, transactions), {@code server}
 * (rights, quotas, watches, domains), {@code wire} (messages), {@code ring} (pages). It knows no
 * hypervisor and no device.
 */
package io.xengarden.xenstore;
