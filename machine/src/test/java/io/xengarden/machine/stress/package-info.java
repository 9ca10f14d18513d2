/**
 * What the processor and the compiler may do to memory shared between threads: a jcstress test for
 * each promise of {@link io.xengarden.machine.Memory}, {@link io.xengarden.machine.PageView} and
 * {@link io.xengarden.machine.DirtyLog}. {@code StressTest} runs them.
 *
 * <p>In each, forbidden outcomes are those that would lose a byte, an event or a grant.
 */
package io.xengarden.machine.stress;
