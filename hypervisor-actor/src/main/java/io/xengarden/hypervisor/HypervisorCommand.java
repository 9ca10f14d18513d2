package io.xengarden.hypervisor;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.Virq;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;

/** What the hypervisor is asked: by the toolstack (domctl), by domains, and by dom0's drivers. */
public sealed interface HypervisorCommand {

  // ---- domctl: the toolstack only ----

  /**
   * Makes a domain: a domid, its frames, an empty grant table and port table, controller pause
   * count 1, all vCPUs offline but 0. Nothing runs before {@link AttachDomain} and an unpause.
   */
  record CreateDomain(DomainSpec spec, ActorRef<DomainCreation> replyTo)
      implements HypervisorCommand {}

  /** The actor that runs the domain's vCPUs; it owns the {@link XenDomain} from here on. */
  record AttachDomain(Domid domid, ActorRef<DomainSignal> domain) implements HypervisorCommand {}

  /** Controller pause count + 1. Answered when no vCPU of the domain is in a slice. */
  record PauseDomain(Domid domid, ActorRef<DomctlReply> replyTo) implements HypervisorCommand {}

  /** Controller pause count - 1; refused at 0. */
  record UnpauseDomain(Domid domid, ActorRef<DomctlReply> replyTo) implements HypervisorCommand {}

  /** Clears a shutdown for suspend so that the vCPUs may run again. */
  record ResumeDomain(Domid domid, ActorRef<DomctlReply> replyTo) implements HypervisorCommand {}

  /**
   * Kills a domain: state d at once, the attached actor is told to halt, frames are freed when it
   * has halted and the last grant mapping is gone; answered then. dom0's DOM_EXC fires.
   */
  record DestroyDomain(Domid domid, ActorRef<DomctlReply> replyTo) implements HypervisorCommand {}

  record SetMaxPages(Domid domid, long maxPages, ActorRef<DomctlReply> replyTo)
      implements HypervisorCommand {}

  record SetCreditParameters(Domid domid, int weight, int cap, ActorRef<DomctlReply> replyTo)
      implements HypervisorCommand {}

  record ListDomains(ActorRef<DomainList> replyTo) implements HypervisorCommand {}

  record GetPhysInfo(ActorRef<PhysInfo> replyTo) implements HypervisorCommand {}

  /** Xen's own console ring (`xl dmesg`), 16 KiB, oldest text dropped first. */
  record ReadConsoleRing(boolean clear, ActorRef<ConsoleRingText> replyTo)
      implements HypervisorCommand {}

  /** Appends one line to Xen's console ring, prefixed "(XEN) " or "(dN) " by the caller's domid. */
  record ConsoleWrite(Domid domid, String line) implements HypervisorCommand {}

  // ---- from the actor of a domain ----

  /**
   * A blocked vCPU has become runnable. Idempotent; ignored for one that is down, and for one whose
   * slice is under way: how the slice ends, says what the vCPU is.
   */
  record VcpuWoke(Domid domid, int vcpu) implements HypervisorCommand {}

  /**
   * Answer to {@link DomainSignal.RunVcpu}: emulated nanoseconds used, at least 1, and why it
   * ended.
   */
  record SliceEnded(Domid domid, int vcpu, long usedNs, SliceEnd end)
      implements HypervisorCommand {}

  /** VCPUOP_up / VCPUOP_down. A vCPU that comes up is runnable. */
  record VcpuOnline(Domid domid, int vcpu, boolean online) implements HypervisorCommand {}

  /**
   * SCHEDOP_shutdown: pauses every vCPU and keeps the reason; shown, and DOM_EXC fired in dom0,
   * when no slice of the domain is under way. A second one is ignored.
   */
  record DomainShutdown(Domid domid, ShutdownReason reason) implements HypervisorCommand {}

  /** The attached actor holds nothing any more. Sent once, after {@link DomainSignal.Halt}. */
  record DomainHalted(Domid domid) implements HypervisorCommand {}

  /**
   * A domain closed a port that was bound to a peer, or could not use the port that a bind got it:
   * the peer's port becomes unbound. Ignored when the two are not bound any more.
   */
  record PortClosed(Domid domid, Domid peer, int peerPort) implements HypervisorCommand {}

  /**
   * EVTCHNOP_bind_interdomain by a domU; the answer comes as {@link DomainSignal.PeerAnswered}.
   * When bound, {@code local} is raised once behind it, because events may have been lost before.
   */
  record BindInterdomain(Domid domid, int localPort, EventSink local, Domid remote, int remotePort)
      implements HypervisorCommand {}

  /**
   * XENMEM_populate_physmap / decrease_reservation. Growing is answered by one {@link
   * DomainSignal.ReservationGranted} for each extent of frames, as many pages as maxPages and the
   * host's memory allow. The domain has unmapped what it gives back before it says so. Both end
   * with {@link DomainSignal.HypercallAnswered}: the pages done, or -EINVAL for guest frames that
   * are in use or cannot be.
   */
  record ReservationChange(Domid domid, int vcpu, long firstGfn, long count, boolean grow)
      implements HypervisorCommand {}

  // ---- from dom0's drivers ----

  /**
   * Binds a dom0 port to an unbound port of a domain that was made for dom0. As on Xen, the new
   * dom0 port is raised once at once, because events may have been lost before. Before the domain's
   * actor is attached it waits for that.
   */
  record BindDom0Port(Domid remote, int remotePort, EventSink local, ActorRef<BindReply> replyTo)
      implements HypervisorCommand {}

  /** Closes a dom0 port; the peer's port becomes unbound. Unknown ports are ignored. */
  record CloseDom0Port(int port) implements HypervisorCommand {}

  /** Binds one of dom0's global VIRQs; one sink each, EEXIST otherwise. */
  record BindDom0Virq(Virq virq, EventSink local, ActorRef<BindReply> replyTo)
      implements HypervisorCommand {}

  /** The right to map what a domain grants to dom0. */
  record OpenGrants(Domid granter, ActorRef<GrantsReply> replyTo) implements HypervisorCommand {}

  /** Emulated CPU time that dom0 spent for its domains. */
  record ChargeDom0(long units) implements HypervisorCommand {}

  // ---- from itself ----

  /** What the hypervisor reminds itself of. */
  sealed interface ToSelf extends HypervisorCommand permits InternalCommand {}

  // ---- answers and their parts ----

  /**
   * @param pages frames at creation
   * @param maxPages the limit on its frames
   * @param maxPorts event channel ports, port 0 included; libxl's default is 1024
   * @param domid a fixed one, refused when in use or used within the last 60 s; else next-fit
   */
  record DomainSpec(
      UUID handle, long pages, long maxPages, int maxVcpus, int maxPorts, OptionalInt domid) {}

  sealed interface DomainCreation {}

  record DomainCreated(XenDomain domain) implements DomainCreation {}

  record CreationRefused(Refusal refusal) implements DomainCreation {}

  enum Refusal {
    NOT_ENOUGH_MEMORY,
    DOMID_IN_USE,
    DOMID_RECENTLY_USED,
    TOO_MANY_DOMAINS,
    TOO_MANY_VCPUS,
    INVALID
  }

  sealed interface DomctlReply {}

  record DomctlDone(Domid domid) implements DomctlReply {}

  record NoSuchDomain(Domid domid) implements DomctlReply, BindReply, GrantsReply {}

  record DomctlRefused(Domid domid, String why) implements DomctlReply {}

  sealed interface BindReply {}

  /**
   * @param peer raises the domain's port; for a VIRQ it does nothing
   */
  record PortBound(int port, EventSink peer) implements BindReply {}

  record BindRefused(io.xengarden.abi.Errno error) implements BindReply {}

  sealed interface GrantsReply {}

  record GrantsOpened(io.xengarden.hypervisor.gnttab.GrantAccess access) implements GrantsReply {}

  /** By domid, Domain-0 first. */
  record DomainList(List<DomainStatus> domains) {}

  /** A domain as XEN_DOMCTL_getdomaininfo shows it. */
  record DomainStatus(
      Domid domid,
      UUID handle,
      DomainFlags flags,
      java.util.Optional<ShutdownReason> shutdownReason,
      long totPages,
      long maxPages,
      long cpuTimeNs,
      int creditWeight,
      int creditCap,
      List<VcpuStatus> vcpus) {
    public int onlineVcpus() {
      return (int) vcpus.stream().filter(VcpuStatus::online).count();
    }
  }

  record DomainFlags(
      boolean running, boolean blocked, boolean paused, boolean shutdown, boolean dying) {}

  record VcpuStatus(
      int vcpu, int pcpu, boolean online, boolean running, boolean blocked, long cpuTimeNs) {}

  record PhysInfo(int pcpus, long totalPages, long freePages, String scheduler) {}

  record ConsoleRingText(String text) {}
}
