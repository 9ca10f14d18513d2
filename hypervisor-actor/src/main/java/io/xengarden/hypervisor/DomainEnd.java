package io.xengarden.hypervisor;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.Virq;
import io.xengarden.hypervisor.DomainEntry.Stage;
import io.xengarden.hypervisor.HypervisorCommand.DomctlDone;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.domids.DomidPool;
import io.xengarden.machine.HostClock;
import java.util.List;
import java.util.Optional;

/**
 * How domains end: shut down by themselves, crashed, destroyed. A destroyed domain passes through
 * {@link Stage} in order: its actor lets go of everything, its peers' ports are unbound, the last
 * mapping of its pages goes, its frames are freed.
 */
final class DomainEnd {
  private final DomainTable domains;
  private final DomainFrames frames;
  private final DomidPool domids;
  private final HostClock clock;
  private final Links links;

  /** What else has to do with the end of a domain. */
  record Links(
      ActorRef<HypervisorCommand> self,
      Scheduling scheduling,
      EventBinding events,
      XenConsole console) {}

  DomainEnd(
      DomainTable domains, DomainFrames frames, DomidPool domids, HostClock clock, Links links) {
    this.domains = domains;
    this.frames = frames;
    this.domids = domids;
    this.clock = clock;
    this.links = links;
  }

  void shutdown(DomainEntry domain, ShutdownReason reason) {
    if (domain.isDying() || domain.shuttingDown.isPresent()) {
      return;
    }
    domain.shuttingDown = Optional.of(reason);
    links.scheduling.mayRunChanged(domain);
    settle(domain);
  }

  /** After a slice has ended: what waited for the domain to stand still. */
  void settle(DomainEntry domain) {
    if (domain.sched.hasSliceUnderWay()) {
      return;
    }
    if (!domain.pausing.isEmpty()) {
      answer(domain, domain.pausing);
    }
    if (domain.shuttingDown.isPresent() && !domain.shutDown) {
      domain.shutDown = true;
      links.console.print(
          "Domain " + domain.domid() + " shutdown: " + domain.shuttingDown.get().name());
      links.events.raise(Virq.DOM_EXC);
    }
  }

  private static void answer(DomainEntry domain, List<ActorRef<DomctlReply>> waiting) {
    waiting.forEach(replyTo -> replyTo.tell(new DomctlDone(domain.domid())));
    waiting.clear();
  }

  void destroy(DomainEntry domain, ActorRef<DomctlReply> replyTo) {
    domain.destroying.add(replyTo);
    if (domain.isDying()) {
      return;
    }
    domain.stage = Stage.HALTING;
    links.scheduling.mayRunChanged(domain);
    if (domain.actor == null) {
      halted(domain);
    } else {
      domain.actor.tell(new DomainSignal.Halt());
    }
  }

  /** Its actor holds nothing any more, or is no more. */
  void halted(DomainEntry domain) {
    if (domain.stage != Stage.HALTING) {
      return;
    }
    domain.stage = Stage.UNMAPPING;
    domain.actor = null;
    links.scheduling.dropSlices(domain);
    settle(domain);
    links.events.closeAll(domain);
    links.events.raise(Virq.DOM_EXC); // dom0 sees it dying and unmaps what it has of it
    ActorRef<HypervisorCommand> self = links.self;
    domain.xen.grants().kill(() -> self.tell(new InternalCommand.GrantsUnmapped(domain)));
  }

  /** The domain's actor has ended by itself: nothing knows the state of its vCPUs now. */
  void actorGone(DomainEntry domain, ActorRef<DomainSignal> actor) {
    if (!actor.equals(domain.actor)) {
      return;
    }
    domain.actor = null;
    domain.actorDied = true;
    links.scheduling.mayRunChanged(domain);
    links.events.refuseBindsTo(domain);
    if (domain.isDying()) {
      halted(domain);
      return;
    }
    links.console.print("Domain " + domain.domid() + " crashed: its actor has ended");
    links.scheduling.dropSlices(domain);
    shutdown(domain, ShutdownReason.CRASH);
    settle(domain);
  }

  void unmapped(DomainEntry domain) {
    links.scheduling.gone(domain);
    frames.free(domain);
    domains.remove(domain);
    domids.release(domain.domid().value(), clock.nanos());
    links.events.raise(Virq.DOM_EXC);
    answer(domain, domain.destroying);
  }
}
