/**
 * A bridge of a host: {@link io.xengarden.network.bridge.LearningSwitch} forwards frames between
 * the ports of local interfaces and the other hosts, learns where addresses are, and refuses frames
 * of domains that the sending host does not own any more.
 *
 * <p>Plain Java, safe for any thread: a frame crosses it on the thread of its sender. It knows
 * neither actors, rings nor xenstore.
 */
package io.xengarden.network.bridge;
