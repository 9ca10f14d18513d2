/**
 * Grant tables, version 1: how one domain lets another one use its pages.
 *
 * <p>{@link io.xengarden.hypervisor.gnttab.GrantTable} is a domain's table; others hold a {@link
 * io.xengarden.hypervisor.gnttab.GrantAccess} to it and get {@link
 * io.xengarden.hypervisor.gnttab.GrantMapping}s. Usable from any thread: the data path of every
 * backend goes through here. Knows no actors and no device.
 */
package io.xengarden.hypervisor.gnttab;
