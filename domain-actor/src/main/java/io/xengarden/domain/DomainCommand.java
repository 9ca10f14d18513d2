package io.xengarden.domain;

import akka.actor.typed.ActorRef;
import io.xengarden.hypervisor.DomainSignal;
import io.xengarden.machine.DirtyLog;

/** What the actor of a domain is told: by Xen, wrapped; by who saves or migrates it; by itself. */
public sealed interface DomainCommand
    permits DomainCommand.Signalled,
        DomainCommand.StartDirtyLog,
        DomainCommand.StopDirtyLog,
        DomainCommand.CaptureState,
        DomainCommand.Resume,
        Domain.HostTimerRang {

  /** From the hypervisor. */
  record Signalled(DomainSignal signal) implements DomainCommand {}

  /** From now on every write to the domain's RAM is logged; an earlier log is left behind. */
  record StartDirtyLog(ActorRef<DirtyLogStarted> replyTo) implements DomainCommand {}

  record StopDirtyLog() implements DomainCommand {}

  /**
   * Hands out everything beside the pages. Only while shut down for suspend, and while no vCPU that
   * is still up waits in a hypercall that the hypervisor answers.
   */
  record CaptureState(ActorRef<CaptureReply> replyTo) implements DomainCommand {}

  /**
   * Ends a shutdown for suspend. Comes before {@code HypervisorCommand.ResumeDomain}, which lets
   * the vCPUs run; refused when the domain is not suspended.
   */
  record Resume(ResumeMode mode, ActorRef<ResumeReply> replyTo) implements DomainCommand {}

  /** What the guest is told that has called SCHEDOP_shutdown for suspend. */
  enum ResumeMode {
    /** rax = 1: nothing has happened, every device and port is as it was. */
    CANCELLED,
    /**
     * rax = 0: as after a restore. Secondary vCPUs are reset, and every port but those of xenstore
     * and console is closed; the guest connects anew.
     */
    RESTORED
  }

  /** The log: gfn 0 up to the highest that has ever been RAM. */
  record DirtyLogStarted(DirtyLog log) {}

  sealed interface CaptureReply {}

  record StateCaptured(CapturedState state) implements CaptureReply {}

  record CaptureRefused(String why) implements CaptureReply {}

  sealed interface ResumeReply {}

  record Resumed() implements ResumeReply {}

  record ResumeRefused(String why) implements ResumeReply {}
}
