/**
 * How fast single parts are, by JMH: an event from send to upcall, a ring, a grant, a read of
 * xenstore, a decision of the scheduler. {@link io.xengarden.benchmarks.Rig} is the host that they
 * stand on. What a user would time is in {@link io.xengarden.benchmarks.endtoend}. Nothing depends
 * on this module, and no test asserts a speed.
 */
package io.xengarden.benchmarks;
