/**
 * Pebble's kernel proper: steps, tasks and their scheduling, upcalls, timers, boot. {@link
 * io.xengarden.domain.pebble.kernel.Kernel} is the loop that runs steps, {@link
 * io.xengarden.domain.pebble.kernel.Vcpu} what a step sees of the processor it runs on.
 *
 * <p>Knows no driver and no program: they are routines in the table that it is given, and reach it
 * through {@link io.xengarden.domain.pebble.kernel.Drivers}.
 */
package io.xengarden.domain.pebble.kernel;
