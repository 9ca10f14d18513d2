/**
 * The simulated overlay: the network between the hosts of a cluster in virtual time, for
 * simulations and tests. {@link io.xengarden.network.sim.SimulatedOverlay} delays, loses, repeats
 * and reorders frames by a seed, and is cut and healed by the test. It knows no simulation kernel:
 * it delivers through the Akka scheduler it is given.
 */
package io.xengarden.network.sim;
