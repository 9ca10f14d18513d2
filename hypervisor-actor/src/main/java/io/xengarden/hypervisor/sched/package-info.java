/**
 * Which vCPU runs where and for how long: Xen's credit scheduler on emulated CPU time.
 *
 * <p>{@link io.xengarden.hypervisor.sched.CreditScheduler} is a plain class: time comes in with
 * each call, decisions go out through a domain's {@code Dispatch}. {@link
 * io.xengarden.hypervisor.sched.Credits} is the accounting, {@link
 * io.xengarden.hypervisor.sched.SchedDomain} and {@link io.xengarden.hypervisor.sched.SchedVcpu}
 * are what is scheduled.
 *
 * <p>Knows no actors, no timers and no clock.
 */
package io.xengarden.hypervisor.sched;
