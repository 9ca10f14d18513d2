/**
 * The simulated disk: what {@code adapter} is in production, in memory and virtual time, for
 * simulations and tests. {@link io.xengarden.storage.sim.SimulatedImages} delays, fails, and loses
 * what was not flushed, by a seed. It knows no simulation kernel: it completes through the Akka
 * scheduler it is given.
 */
package io.xengarden.storage.sim;
