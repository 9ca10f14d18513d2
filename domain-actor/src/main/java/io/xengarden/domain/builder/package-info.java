/**
 * The domain builder: {@link io.xengarden.domain.builder.DomainBuilder} lays out a new domain's
 * memory, or a restored one's, before its actor runs. It must not know what a kernel does with it.
 */
package io.xengarden.domain.builder;
