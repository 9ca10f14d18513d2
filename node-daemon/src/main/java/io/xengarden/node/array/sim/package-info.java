/**
 * The array in simulation: {@link io.xengarden.node.array.sim.SimulatedLink} is a host's connection
 * to a register that may be slow, lossy, cut, or gone. Time and chance are given to it; it knows no
 * particular simulator.
 */
package io.xengarden.node.array.sim;
