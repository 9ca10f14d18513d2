/**
 * Hypercalls, a class per family, behind {@link io.xengarden.domain.hypercall.Hypercalls}: read
 * arguments out of guest memory, check them, change the domain, give an errno or a result. It must
 * not know slices nor guests' kernels.
 */
package io.xengarden.domain.hypercall;
