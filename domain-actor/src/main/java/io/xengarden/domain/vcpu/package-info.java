/**
 * vCPUs and what moves them: states, waiting and waking, timers, system time. {@link
 * io.xengarden.domain.vcpu.LiveDomain} holds a domain's; it is plain code, owned by one thread. It
 * must not know hypercalls' arguments nor actors.
 */
package io.xengarden.domain.vcpu;
