/**
 * The deterministic kernel: typed actors, unchanged, on one thread, in virtual time, in an order
 * that comes from a seed.
 *
 * <p>{@link io.xengarden.sim.Simulation} is one run; {@link io.xengarden.sim.SimulationRunner}
 * plays a story over many seeds, each twice, and fails when the two runs differ. A run is a pure
 * function of the code and the seed.
 *
 * <p>Knows Akka and nothing of Xen: no other module of ours, and no test framework.
 */
package io.xengarden.sim;
