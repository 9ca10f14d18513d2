/**
 * Which domain ids are taken, and which were taken a moment ago: {@link
 * io.xengarden.hypervisor.domids.DomidPool}. Knows nothing of domains.
 */
package io.xengarden.hypervisor.domids;
