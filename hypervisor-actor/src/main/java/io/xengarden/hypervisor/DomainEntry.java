package io.xengarden.hypervisor;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.hypervisor.HypervisorCommand.DomainFlags;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.VcpuStatus;
import io.xengarden.hypervisor.memory.Extent;
import io.xengarden.hypervisor.memory.Reservation;
import io.xengarden.hypervisor.sched.CreditScheduler;
import io.xengarden.hypervisor.sched.SchedDomain;
import io.xengarden.hypervisor.sched.SchedVcpu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A row of the domain table: what the hypervisor knows of one domU. Only its actor touches it. */
final class DomainEntry {
  /** Where a domain's life is; only forward. */
  enum Stage {
    ALIVE,
    /** Dying: its actor is to let go of everything. */
    HALTING,
    /** Dying: others have its pages mapped. */
    UNMAPPING
  }

  /** Why a vCPU does not run, if it does not. */
  enum VcpuState {
    RUNNABLE,
    BLOCKED,
    /** Its last slice ended OFFLINE: down, or its domain was shut down. */
    STOPPED
  }

  /** The frames behind a domain: its RAM, and Xen's own for it. */
  record Frames(Reservation ram, long sharedInfoMfn, List<Extent> grantTable) {
    boolean isXens(long mfn) {
      for (Extent extent : grantTable) {
        if (extent.contains(mfn)) {
          return true;
        }
      }
      return mfn == sharedInfoMfn;
    }
  }

  final XenDomain xen;
  final Frames frames;
  final SchedDomain sched;

  /** Given back by the guest while others had them mapped: still this domain's. */
  final TreeSet<Long> lingeringFrames = new TreeSet<>();

  final List<ActorRef<DomctlReply>> pausing = new ArrayList<>(0);
  final List<ActorRef<DomctlReply>> destroying = new ArrayList<>(0);

  /** Binds to its ports that came before its actor. */
  final List<EventBinding.Bind> waitingBinds = new ArrayList<>(0);

  Stage stage = Stage.ALIVE;

  /** Null before it is attached and when it is no more. */
  ActorRef<DomainSignal> actor;

  boolean actorDied;
  int pauseCount = 1;
  long maxPages;

  /** SCHEDOP_shutdown was called, maybe with slices still under way. */
  Optional<ShutdownReason> shuttingDown = Optional.empty();

  boolean shutDown;

  private final boolean[] online;
  private final VcpuState[] vcpus;

  DomainEntry(XenDomain xen, Frames frames, CreditScheduler scheduler, long maxPages) {
    this.xen = xen;
    this.frames = frames;
    this.sched = scheduler.add(xen.maxVcpus(), this::run);
    this.maxPages = maxPages;
    this.online = new boolean[xen.maxVcpus()];
    this.vcpus = new VcpuState[xen.maxVcpus()];
    Arrays.fill(vcpus, VcpuState.STOPPED);
    online[0] = true;
    vcpus[0] = VcpuState.RUNNABLE;
  }

  private void run(SchedVcpu vcpu, int pcpu, long budgetNs) {
    actor.tell(new DomainSignal.RunVcpu(vcpu.index(), pcpu, budgetNs));
  }

  Domid domid() {
    return xen.domid();
  }

  boolean isDying() {
    return stage != Stage.ALIVE;
  }

  /** All that must hold before any of its vCPUs gets a slice. */
  boolean mayRun() {
    return !isDying() && actor != null && pauseCount == 0 && shuttingDown.isEmpty();
  }

  boolean hasVcpu(int vcpu) {
    return vcpu >= 0 && vcpu < vcpus.length;
  }

  boolean isOnline(int vcpu) {
    return online[vcpu];
  }

  void setOnline(int vcpu, boolean isOnline) {
    online[vcpu] = isOnline;
  }

  VcpuState vcpuState(int vcpu) {
    return vcpus[vcpu];
  }

  void setVcpuState(int vcpu, VcpuState state) {
    vcpus[vcpu] = state;
  }

  /** Frames that are its, RAM and Xen's own for it: what the host's accounting sums up. */
  long allFrames() {
    return frames.ram().pages() + DomainFrames.XEN_HEAP_FRAMES + lingeringFrames.size();
  }

  DomainStatus status() {
    List<VcpuStatus> vcpuStatuses = sched.vcpus().stream().map(this::status).toList();
    return new DomainStatus(
        domid(),
        xen.handle(),
        flags(vcpuStatuses),
        shutDown ? shuttingDown : Optional.empty(),
        frames.ram().pages(),
        maxPages,
        vcpuStatuses.stream().mapToLong(VcpuStatus::cpuTimeNs).sum(),
        sched.weight(),
        sched.cap(),
        vcpuStatuses);
  }

  private VcpuStatus status(SchedVcpu vcpu) {
    int index = vcpu.index();
    boolean running = vcpu.isRunning();
    boolean blocked = online[index] && !running && vcpus[index] == VcpuState.BLOCKED;
    return new VcpuStatus(index, vcpu.pcpu(), online[index], running, blocked, vcpu.cpuTimeNs());
  }

  /** As getdomaininfo in xen/common/domctl.c: vCPUs that are down do not count. */
  private DomainFlags flags(List<VcpuStatus> vcpuStatuses) {
    List<VcpuStatus> up = vcpuStatuses.stream().filter(VcpuStatus::online).toList();
    return new DomainFlags(
        up.stream().anyMatch(VcpuStatus::running),
        !up.isEmpty() && up.stream().allMatch(VcpuStatus::blocked),
        pauseCount > 0,
        shutDown,
        isDying());
  }
}
