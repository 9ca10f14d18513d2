package io.xengarden.hypervisor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.Virq;
import io.xengarden.hypervisor.DomainSignal.HypercallAnswered;
import io.xengarden.hypervisor.DomainSignal.ReservationGranted;
import io.xengarden.hypervisor.Hypervisor.HostResources;
import io.xengarden.hypervisor.domids.DomidPool;
import io.xengarden.hypervisor.memory.Extent;
import io.xengarden.hypervisor.memory.FrameAllocator;
import io.xengarden.hypervisor.sched.CreditScheduler;
import io.xengarden.hypervisor.sched.SchedDomain;
import io.xengarden.machine.HostClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The shell: takes commands in, lets the parts decide, tells what they decided. */
final class HypervisorActor extends AbstractOnMessageBehavior<HypervisorCommand> {
  /** Per cent of one pCPU; as large as Xen's u16 of it can say. */
  private static final int MAX_CAP = 65_534;

  private final HostResources resources;
  private final HostClock clock;
  private final FrameAllocator allocator;
  private final DomainTable domains = new DomainTable();
  private final Dom0 dom0;
  private final XenConsole console = new XenConsole();
  private final CreditScheduler scheduler;
  private final DomainFrames frames;
  private final DomainMaker maker;
  private final Scheduling scheduling;
  private final EventBinding events;
  private final DomainEnd end;

  static Behavior<HypervisorCommand> create(HostResources resources, HostClock clock) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(context -> new HypervisorActor(context, timers, resources, clock)));
  }

  private HypervisorActor(
      ActorContext<HypervisorCommand> context,
      TimerScheduler<HypervisorCommand> timers,
      HostResources resources,
      HostClock clock) {
    super(context);
    this.resources = resources;
    this.clock = clock;
    this.allocator = new FrameAllocator(resources.memory());
    allocator.allocate(resources.dom0Pages()).orElseThrow();
    this.dom0 = new Dom0(resources.dom0Pages(), resources.pcpus());
    this.scheduler = new CreditScheduler(resources.pcpus());
    this.frames = new DomainFrames(allocator);
    DomidPool domids = new DomidPool();
    this.maker = new DomainMaker(resources.memory(), frames, domids, scheduler);
    this.scheduling = new Scheduling(scheduler, clock, timers);
    this.events = new EventBinding(context, domains);
    DomainEnd.Links links = new DomainEnd.Links(context.getSelf(), scheduling, events, console);
    this.end = new DomainEnd(domains, frames, domids, clock, links);
    printBanner();
  }

  private void printBanner() {
    long mib = allocator.totalFrames() >> 8;
    console.print("Xen version " + XenVersion.text() + " (emulated by Xengarden)");
    console.print("System RAM: " + mib + "MB (" + (allocator.totalFrames() << 2) + "kB)");
    console.print("Using scheduler: SMP Credit Scheduler (credit)");
    console.print("Brought up " + resources.pcpus() + " CPUs");
    console.print("Dom0 has maximum " + resources.pcpus() + " VCPUs");
    console.print("Dom0 alloc.: " + resources.dom0Pages() + " pages");
  }

  @Override
  public Behavior<HypervisorCommand> onMessage(HypervisorCommand message) {
    switch (message) {
      case HypervisorCommand.CreateDomain create -> onCreateDomain(create);
      case HypervisorCommand.AttachDomain(var domid, var actor) -> onAttachDomain(domid, actor);
      case HypervisorCommand.PauseDomain(var domid, var replyTo) ->
          forGuest(domid, replyTo, this::onPause);
      case HypervisorCommand.UnpauseDomain(var domid, var replyTo) ->
          forGuest(domid, replyTo, this::onUnpause);
      case HypervisorCommand.ResumeDomain(var domid, var replyTo) ->
          forGuest(domid, replyTo, this::onResume);
      case HypervisorCommand.DestroyDomain(var domid, var replyTo) -> onDestroy(domid, replyTo);
      case HypervisorCommand.SetMaxPages set -> onSetMaxPages(set);
      case HypervisorCommand.SetCreditParameters set -> onSetCreditParameters(set);
      case HypervisorCommand.ListDomains(var replyTo) -> onListDomains(replyTo);
      case HypervisorCommand.GetPhysInfo(var replyTo) -> onGetPhysInfo(replyTo);
      case HypervisorCommand.ReadConsoleRing(var clear, var replyTo) ->
          onReadConsoleRing(clear, replyTo);
      case HypervisorCommand.ConsoleWrite(var domid, var line) -> onConsoleWrite(domid, line);
      case HypervisorCommand.VcpuWoke(var domid, var vcpu) ->
          forVcpu(domid, vcpu, domain -> scheduling.woke(domain, vcpu));
      case HypervisorCommand.SliceEnded slice -> onSliceEnded(slice);
      case HypervisorCommand.VcpuOnline(var domid, var vcpu, var online) ->
          forVcpu(domid, vcpu, domain -> scheduling.online(domain, vcpu, online));
      case HypervisorCommand.DomainShutdown(var domid, var reason) -> onShutdown(domid, reason);
      case HypervisorCommand.DomainHalted(var domid) -> onHalted(domid);
      case HypervisorCommand.PortClosed closed -> events.closed(closed);
      case HypervisorCommand.BindInterdomain bind -> events.bindInterdomain(bind);
      case HypervisorCommand.ReservationChange change -> onReservationChange(change);
      case HypervisorCommand.BindDom0Port bind -> events.bindDom0(bind);
      case HypervisorCommand.CloseDom0Port(var port) -> events.closeDom0Port(port);
      case HypervisorCommand.BindDom0Virq bind -> events.bindVirq(bind);
      case HypervisorCommand.OpenGrants(var granter, var replyTo) -> onOpenGrants(granter, replyTo);
      case HypervisorCommand.ChargeDom0(var units) -> dom0.charge(units);
      case InternalCommand.SchedulerDue _ -> scheduling.due();
      case InternalCommand.DomainActorGone(var domain, var actor) -> end.actorGone(domain, actor);
      case InternalCommand.BindAnswered answered -> events.answered(answered);
      case InternalCommand.GrantsUnmapped(var domain) -> end.unmapped(domain);
      case InternalCommand.FrameUnpinned(var domain, var mfn) -> frames.freeLingering(domain, mfn);
    }
    scheduling.arm();
    return this;
  }

  @Override
  public Behavior<HypervisorCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  // ---- domctl ----

  private void onCreateDomain(HypervisorCommand.CreateDomain create) {
    switch (maker.make(create.spec(), clock.nanos())) {
      case DomainMaker.Domain(var entry) -> {
        domains.add(entry);
        create.replyTo().tell(new HypervisorCommand.DomainCreated(entry.xen));
      }
      case DomainMaker.Refused(var why) ->
          create.replyTo().tell(new HypervisorCommand.CreationRefused(why));
    }
  }

  private void onAttachDomain(Domid domid, ActorRef<DomainSignal> actor) {
    DomainEntry domain = domains.alive(domid);
    if (domain == null || domain.actor != null || domain.actorDied) {
      actor.tell(new DomainSignal.Halt()); // destroyed before it was there
      return;
    }
    domain.actor = actor;
    getContext().watchWith(actor, new InternalCommand.DomainActorGone(domain, actor));
    events.attached(domain);
    scheduling.mayRunChanged(domain);
  }

  private void onPause(DomainEntry domain, ActorRef<HypervisorCommand.DomctlReply> replyTo) {
    domain.pauseCount++;
    scheduling.mayRunChanged(domain);
    domain.pausing.add(replyTo);
    end.settle(domain);
  }

  private void onUnpause(DomainEntry domain, ActorRef<HypervisorCommand.DomctlReply> replyTo) {
    if (domain.pauseCount == 0) {
      replyTo.tell(refusal(domain.domid(), "is not paused"));
      return;
    }
    domain.pauseCount--;
    scheduling.mayRunChanged(domain);
    replyTo.tell(new HypervisorCommand.DomctlDone(domain.domid()));
  }

  private void onResume(DomainEntry domain, ActorRef<HypervisorCommand.DomctlReply> replyTo) {
    boolean suspended =
        domain.shutDown && domain.shuttingDown.equals(Optional.of(ShutdownReason.SUSPEND));
    if (!suspended) {
      replyTo.tell(refusal(domain.domid(), "is not suspended"));
      return;
    }
    domain.shuttingDown = Optional.empty();
    domain.shutDown = false;
    scheduling.resumed(domain);
    replyTo.tell(new HypervisorCommand.DomctlDone(domain.domid()));
  }

  private void onDestroy(Domid domid, ActorRef<HypervisorCommand.DomctlReply> replyTo) {
    DomainEntry domain = domains.get(domid);
    if (domain != null) {
      end.destroy(domain, replyTo);
    } else {
      refuse(domid, replyTo);
    }
  }

  private void onSetMaxPages(HypervisorCommand.SetMaxPages set) {
    forGuest(
        set.domid(),
        set.replyTo(),
        (domain, replyTo) -> {
          if (set.maxPages() < 1) {
            replyTo.tell(refusal(set.domid(), "needs a page at least"));
            return;
          }
          domain.maxPages = set.maxPages();
          replyTo.tell(new HypervisorCommand.DomctlDone(set.domid()));
        });
  }

  private void onSetCreditParameters(HypervisorCommand.SetCreditParameters set) {
    boolean valid =
        set.weight() >= 1
            && set.weight() <= SchedDomain.MAX_WEIGHT
            && set.cap() >= 0
            && set.cap() <= MAX_CAP;
    if (!valid) {
      set.replyTo().tell(refusal(set.domid(), "cannot have this weight or cap"));
    } else if (set.domid().equals(Domid.DOM0)) {
      dom0.setParameters(set.weight(), set.cap());
      set.replyTo().tell(new HypervisorCommand.DomctlDone(set.domid()));
    } else {
      forGuest(
          set.domid(),
          set.replyTo(),
          (domain, replyTo) -> {
            scheduler.setParameters(domain.sched, set.weight(), set.cap());
            replyTo.tell(new HypervisorCommand.DomctlDone(set.domid()));
          });
    }
  }

  private void forGuest(
      Domid domid,
      ActorRef<HypervisorCommand.DomctlReply> replyTo,
      BiConsumer<DomainEntry, ActorRef<HypervisorCommand.DomctlReply>> action) {
    DomainEntry domain = domains.alive(domid);
    if (domain != null) {
      action.accept(domain, replyTo);
    } else {
      refuse(domid, replyTo);
    }
  }

  private static void refuse(Domid domid, ActorRef<HypervisorCommand.DomctlReply> replyTo) {
    replyTo.tell(
        domid.equals(Domid.DOM0)
            ? refusal(domid, "is Domain-0")
            : new HypervisorCommand.NoSuchDomain(domid));
  }

  private static HypervisorCommand.DomctlRefused refusal(Domid domid, String why) {
    return new HypervisorCommand.DomctlRefused(domid, "domain " + domid + " " + why);
  }

  private void onListDomains(ActorRef<HypervisorCommand.DomainList> replyTo) {
    List<HypervisorCommand.DomainStatus> statuses = new ArrayList<>();
    statuses.add(dom0.status());
    domains.all().forEach(domain -> statuses.add(domain.status()));
    replyTo.tell(new HypervisorCommand.DomainList(List.copyOf(statuses)));
  }

  private void onGetPhysInfo(ActorRef<HypervisorCommand.PhysInfo> replyTo) {
    replyTo.tell(
        new HypervisorCommand.PhysInfo(
            resources.pcpus(), allocator.totalFrames(), allocator.freeFrames(), "credit"));
  }

  // ---- Xen's console ----

  private void onReadConsoleRing(
      boolean clear, ActorRef<HypervisorCommand.ConsoleRingText> replyTo) {
    replyTo.tell(new HypervisorCommand.ConsoleRingText(console.text()));
    if (clear) {
      console.clear();
    }
  }

  private void onConsoleWrite(Domid domid, String line) {
    console.print(domid, line);
    events.raise(Virq.CON_RING);
  }

  // ---- from domains ----

  private void forVcpu(Domid domid, int vcpu, Consumer<DomainEntry> action) {
    DomainEntry domain = domains.get(domid);
    if (domain != null && domain.hasVcpu(vcpu)) {
      action.accept(domain);
    }
  }

  private void onSliceEnded(HypervisorCommand.SliceEnded slice) {
    forVcpu(
        slice.domid(),
        slice.vcpu(),
        domain -> {
          scheduling.sliceEnded(domain, slice.vcpu(), slice.usedNs(), slice.end());
          end.settle(domain);
        });
  }

  private void onShutdown(Domid domid, ShutdownReason reason) {
    DomainEntry domain = domains.get(domid);
    if (domain != null) {
      end.shutdown(domain, reason);
    }
  }

  private void onHalted(Domid domid) {
    DomainEntry domain = domains.get(domid);
    if (domain != null) {
      end.halted(domain);
    }
  }

  private void onReservationChange(HypervisorCommand.ReservationChange change) {
    DomainEntry domain = domains.alive(change.domid());
    if (domain == null || domain.actor == null) {
      return;
    }
    long gfn = change.firstGfn();
    long done = DomainFrames.check(domain, gfn, change.count(), change.grow());
    if (done == 0 && change.grow()) {
      for (Extent extent : frames.grow(domain, gfn, change.count())) {
        domain.actor.tell(
            new ReservationGranted(change.vcpu(), gfn + done, extent.mfn(), extent.count()));
        done += extent.count();
      }
    } else if (done == 0) {
      ActorRef<HypervisorCommand> self = getContext().getSelf();
      done =
          frames.shrink(
              domain,
              gfn,
              change.count(),
              mfn -> self.tell(new InternalCommand.FrameUnpinned(domain, mfn)));
    }
    domain.actor.tell(new HypercallAnswered(change.vcpu(), done));
  }

  // ---- from dom0 ----

  private void onOpenGrants(Domid granter, ActorRef<HypervisorCommand.GrantsReply> replyTo) {
    DomainEntry domain = domains.alive(granter);
    replyTo.tell(
        domain == null
            ? new HypervisorCommand.NoSuchDomain(granter)
            : new HypervisorCommand.GrantsOpened(domain.xen.grants().access(Domid.DOM0)));
  }
}
