/**
 * Virtual block devices as dom0 serves them. {@link io.xengarden.storage.VbdBackend} is one
 * device's backend, an actor: it shakes hands with its frontend through xenstore and serves its
 * ring. {@link io.xengarden.storage.BlockImages} is the port behind which the bytes are: files in
 * production, memory in simulation.
 *
 * <p>It knows no guest kernel, no toolstack and no network.
 */
package io.xengarden.storage;
