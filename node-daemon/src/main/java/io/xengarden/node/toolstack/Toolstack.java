package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.abi.Domid;
import io.xengarden.abi.Virq;
import io.xengarden.domain.KernelImages;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Virq;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.DomctlDone;
import io.xengarden.hypervisor.HypervisorCommand.DomctlRefused;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.toolstack.DomainRecord.Phase;
import io.xengarden.node.toolstack.Outcome.Done;
import io.xengarden.node.toolstack.Outcome.Refused;
import io.xengarden.node.toolstack.ShutdownNotice.ShutdownFailed;
import io.xengarden.node.toolstack.ToolstackCommand.AllStopped;
import io.xengarden.node.toolstack.ToolstackCommand.BuildEnded;
import io.xengarden.node.toolstack.ToolstackCommand.CheckConfig;
import io.xengarden.node.toolstack.ToolstackCommand.CreateDomain;
import io.xengarden.node.toolstack.ToolstackCommand.CreatedDomain;
import io.xengarden.node.toolstack.ToolstackCommand.DestroyDomain;
import io.xengarden.node.toolstack.ToolstackCommand.DomainAllocated;
import io.xengarden.node.toolstack.ToolstackCommand.DomainException;
import io.xengarden.node.toolstack.ToolstackCommand.DomainsListed;
import io.xengarden.node.toolstack.ToolstackCommand.FindDomain;
import io.xengarden.node.toolstack.ToolstackCommand.GetDomain;
import io.xengarden.node.toolstack.ToolstackCommand.GuestBuilt;
import io.xengarden.node.toolstack.ToolstackCommand.ListBlockDevices;
import io.xengarden.node.toolstack.ToolstackCommand.ListDomains;
import io.xengarden.node.toolstack.ToolstackCommand.ListVcpus;
import io.xengarden.node.toolstack.ToolstackCommand.OwnershipClaimed;
import io.xengarden.node.toolstack.ToolstackCommand.OwnershipLost;
import io.xengarden.node.toolstack.ToolstackCommand.OwnershipReleased;
import io.xengarden.node.toolstack.ToolstackCommand.PauseDomain;
import io.xengarden.node.toolstack.ToolstackCommand.Relocate;
import io.xengarden.node.toolstack.ToolstackCommand.RequestEnded;
import io.xengarden.node.toolstack.ToolstackCommand.RestartDue;
import io.xengarden.node.toolstack.ToolstackCommand.ShutdownDomain;
import io.xengarden.node.toolstack.ToolstackCommand.StopAll;
import io.xengarden.node.toolstack.ToolstackCommand.StoreLinked;
import io.xengarden.node.toolstack.ToolstackCommand.StragglerGone;
import io.xengarden.node.toolstack.ToolstackCommand.TeardownEnded;
import io.xengarden.node.toolstack.ToolstackCommand.UnpauseDomain;
import io.xengarden.node.toolstack.ToolstackCommand.VirqBound;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.VcpuInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What libxl and its watchers do on one host: the only writer of domains' lives. It checks and
 * refuses; {@link Lives} does; {@link Queries} answers.
 */
public final class Toolstack extends AbstractOnMessageBehavior<ToolstackCommand> {
  /** How long the vCPUs of a domain may take to stand still for a pause. */
  static final Duration DOMCTL_LIMIT = Duration.ofSeconds(10);

  private final Services services;
  private final ConfigCheck configs;
  private final Runnable ready;
  private final DomainTable table = new DomainTable();
  private final Queries queries;
  private final Lives lives;
  private final Relocations relocations;
  private final AtomicBoolean exceptionRaised = new AtomicBoolean();
  private final List<ActorRef<AllStopped>> stoppers = new ArrayList<>();
  private Mode mode = Mode.SERVING;

  private enum Mode {
    SERVING,
    /** Domains end, and no new one begins. */
    STOPPING
  }

  /**
   * @param ready called once, on the toolstack's turn, when it learns of what happens to domains
   */
  public static Behavior<ToolstackCommand> create(
      Services services, KernelImages kernels, Runnable ready) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(context -> new Toolstack(context, timers, services, kernels, ready)));
  }

  private Toolstack(
      ActorContext<ToolstackCommand> context,
      TimerScheduler<ToolstackCommand> timers,
      Services services,
      KernelImages kernels,
      Runnable ready) {
    super(context);
    this.services = services;
    this.configs = new ConfigCheck(kernels, services.inputs().random());
    this.ready = ready;
    this.queries = new Queries(context, services, table);
    this.lives = new Lives(context, timers, services, table, queries);
    this.relocations = new Relocations(context, services, table, queries, lives);
    ActorRef<ToolstackCommand> self = context.getSelf();
    ActorRef<BindReply> bound = context.messageAdapter(BindReply.class, VirqBound::new);
    hypervisor().tell(new BindDom0Virq(Virq.DOM_EXC, () -> raiseException(self), bound));
  }

  /** On any thread. However often it is raised, one message waits. */
  private void raiseException(ActorRef<ToolstackCommand> self) {
    if (exceptionRaised.compareAndSet(false, true)) {
      self.tell(new DomainException());
    }
  }

  @Override
  public Behavior<ToolstackCommand> onMessage(ToolstackCommand message) {
    switch (message) {
      case CreateDomain create -> create(create);
      case CheckConfig(var config, var replyTo) -> check(config, replyTo);
      case DestroyDomain(var selector, var replyTo) -> destroy(selector, replyTo);
      case PauseDomain(var selector, var replyTo) ->
          domctl(
              selector, new Domctl("pause", "paused", HypervisorCommand.PauseDomain::new), replyTo);
      case UnpauseDomain(var selector, var replyTo) ->
          domctl(
              selector,
              new Domctl("unpause", "unpaused", HypervisorCommand.UnpauseDomain::new),
              replyTo);
      case ShutdownDomain request -> shutdown(request);
      case ListDomains(var replyTo) -> queries.list(replyTo);
      case GetDomain(var selector, var replyTo) -> get(selector, replyTo);
      case ListVcpus(var selector, var replyTo) -> vcpus(selector, replyTo);
      case ListBlockDevices request -> blockDevices(request);
      case FindDomain(var selector, var replyTo) ->
          replyTo.tell(outcome(domid(selector), () -> ToolstackErrors.noSuchDomain(selector)));
      case Relocate(RelocationRequest.Expect expect) -> expect(expect);
      case Relocate(var request) -> relocations.handle(request);
      case StopAll(var replyTo) -> stopAll(replyTo);
      case OwnershipClaimed(var instance, var ownership) ->
          of(instance, record -> record.owned(Optional.of(ownership)));
      case OwnershipReleased(var instance, var answer) ->
          of(instance, record -> lives.released(record, answer));
      case OwnershipLost(var ownership) ->
          table.byUuid(ownership.uuid()).ifPresent(record -> lives.lost(record, ownership));
      case DomainAllocated(var instance, var domid) ->
          of(instance, record -> record.allocated(domid));
      case GuestBuilt(var instance, var setup) ->
          of(instance, record -> lives.guestBuilt(record, setup));
      case StoreLinked(var instance, var link) -> of(instance, record -> record.linked(link));
      case BuildEnded(var instance, var error) ->
          of(instance, record -> lives.buildEnded(record, error));
      case TeardownEnded(var instance, var error) ->
          of(instance, record -> lives.teardownEnded(record, error));
      case StragglerGone(var instance) ->
          of(instance, record -> lives.gone(record, "it was still in use"));
      case RequestEnded(var instance, var request) ->
          of(instance, record -> record.observers().remove(request));
      case RestartDue(var instance) -> of(instance, lives::restart);
      case DomainException() -> {
        exceptionRaised.set(false);
        queries.withDomains(lives::lookForShutdowns);
      }
      case DomainsListed(var list) -> queries.answered(list);
      case VirqBound(PortBound _) -> ready.run();
      case VirqBound(var refused) -> throw new IllegalStateException("VIRQ_DOM_EXC: " + refused);
    }
    tellWhenAllStopped();
    return this;
  }

  @Override
  public Behavior<ToolstackCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  // ---- creating ----

  private void create(CreateDomain create) {
    try {
      DomainPlan plan = configs.check(create.config());
      refuseIfTaken(plan);
      lives.create(plan, create.state(), create.replyTo());
    } catch (ConfigCheck.Refused refused) {
      create.replyTo().tell(new Refused<>(refused.error()));
    }
  }

  private void refuseIfTaken(DomainPlan plan) throws ConfigCheck.Refused {
    if (mode == Mode.STOPPING) {
      throw new ConfigCheck.Refused(ToolstackErrors.aborted("the host is going down"));
    }
    if (table.isNameTaken(plan.name())) {
      throw new ConfigCheck.Refused(ToolstackErrors.nameInUse(plan.name()));
    }
    Optional<DomainRecord> same = table.byUuid(plan.uuid());
    if (same.isPresent()) {
      throw new ConfigCheck.Refused(
          ToolstackErrors.uuidInUse(plan.uuid().toString(), same.get().name()));
    }
  }

  private void expect(RelocationRequest.Expect expect) {
    try {
      DomainPlan plan = configs.check(expect.config());
      refuseIfTaken(plan);
      refuseIfTaken(plan.named(expect.name()));
      relocations.expect(plan, expect);
    } catch (ConfigCheck.Refused refused) {
      expect.replyTo().tell(new Refused<>(refused.error()));
    }
  }

  private void check(DomainConfig config, ActorRef<Outcome<CreatedDomain>> replyTo) {
    try {
      DomainPlan plan = configs.check(config);
      DomainInfo info =
          DomainInfo.newBuilder()
              .setName(plan.name())
              .setUuid(plan.uuid().toString())
              .setConfig(plan.config())
              .setHost(services.host())
              .build();
      replyTo.tell(new Done<>(new CreatedDomain(info, plan.warnings())));
    } catch (ConfigCheck.Refused refused) {
      replyTo.tell(new Refused<>(refused.error()));
    }
  }

  // ---- what is asked of one domain ----

  private void destroy(DomainSelector selector, ActorRef<Outcome<Domid>> replyTo) {
    with(
        selector,
        "destroy",
        error -> replyTo.tell(new Refused<>(error)),
        record -> {
          if (record.isOver()) {
            replyTo.tell(new Refused<>(ToolstackErrors.busy(record.name(), "destroyed")));
          } else if (record.relocation().isPresent()) {
            String doing = record.relocation().get().doing();
            replyTo.tell(new Refused<>(ToolstackErrors.busy(record.name(), doing)));
          } else {
            record.destroyers().add(replyTo);
            lives.destroy(record, "destroyed");
          }
        });
  }

  /** A plain domctl, and how it reads as an event. */
  private record Domctl(
      String verb,
      String participle,
      BiFunction<Domid, ActorRef<DomctlReply>, HypervisorCommand> command) {}

  private void domctl(DomainSelector selector, Domctl domctl, ActorRef<Outcome<Domid>> replyTo) {
    Consumer<ToolstackError> refuse = error -> replyTo.tell(new Refused<>(error));
    withLive(
        selector,
        domctl.verb(),
        refuse,
        record -> {
          Domid domid = record.domid().orElseThrow();
          ActorRef<DomctlReply> answer =
              getContext()
                  .spawnAnonymous(
                      OneReply.<DomctlReply>create(
                          DOMCTL_LIMIT,
                          reply -> domctlAnswered(record, domctl, reply, replyTo),
                          () -> refuse.accept(ToolstackErrors.failed("Xen does not answer"))));
          hypervisor().tell(domctl.command().apply(domid, answer));
        });
  }

  /** On the answer's turn, not ours: it only tells. */
  private void domctlAnswered(
      DomainRecord record, Domctl domctl, DomctlReply reply, ActorRef<Outcome<Domid>> replyTo) {
    switch (reply) {
      case DomctlDone(var domid) -> {
        lives.log("domain." + domctl.participle(), record, domctl.participle());
        replyTo.tell(new Done<>(domid));
      }
      case DomctlRefused(_, var why) ->
          replyTo.tell(new Refused<>(ToolstackErrors.wrongState(why)));
      case HypervisorCommand.NoSuchDomain(var domid) ->
          replyTo.tell(
              new Refused<>(
                  ToolstackErrors.noSuchDomain(
                      DomainSelector.newBuilder().setDomid(domid.value()).build())));
    }
  }

  private void shutdown(ShutdownDomain request) {
    Consumer<ToolstackError> refuse = error -> request.replyTo().tell(new ShutdownFailed(error));
    withLive(
        request.domain(),
        "shut down",
        refuse,
        record -> {
          if (record.phase() == Phase.SHUT_DOWN) {
            refuse.accept(ToolstackErrors.wrongState(record.name() + " is shut down already"));
            return;
          }
          ShutdownRequest.Order order =
              new ShutdownRequest.Order(
                  record.domid().orElseThrow(),
                  record.name(),
                  request.kind(),
                  request.until(),
                  request.replyTo());
          ActorRef<ShutdownRequestCommand> asked =
              getContext().spawnAnonymous(ShutdownRequest.create(services.actors(), order));
          getContext().watchWith(asked, new RequestEnded(record.instance(), asked));
          record.observers().add(asked);
        });
  }

  private void get(DomainSelector selector, ActorRef<Outcome<DomainInfo>> replyTo) {
    ToolstackError missing = ToolstackErrors.noSuchDomain(selector);
    domid(selector)
        .ifPresentOrElse(
            domid -> queries.withInfo(domid, info -> replyTo.tell(outcome(info, () -> missing))),
            () -> replyTo.tell(new Refused<>(missing)));
  }

  private void vcpus(Optional<DomainSelector> selector, ActorRef<Outcome<List<VcpuInfo>>> replyTo) {
    Optional<Domid> domid = selector.flatMap(this::domid);
    if (selector.isPresent() && domid.isEmpty()) {
      replyTo.tell(new Refused<>(ToolstackErrors.noSuchDomain(selector.get())));
    } else {
      queries.vcpus(domid, replyTo);
    }
  }

  private void blockDevices(ListBlockDevices request) {
    domid(request.domain())
        .ifPresentOrElse(
            domid ->
                queries.blockDevices(
                    domid,
                    table.byDomid(domid).map(record -> record.plan().disks()).orElse(List.of()),
                    request.replyTo()),
            () ->
                request
                    .replyTo()
                    .tell(new Refused<>(ToolstackErrors.noSuchDomain(request.domain()))));
  }

  // ---- the end ----

  private void stopAll(ActorRef<AllStopped> replyTo) {
    mode = Mode.STOPPING;
    stoppers.add(replyTo);
    relocations.hostStops();
    lives.all().forEach(record -> lives.destroy(record, "the host is going down"));
  }

  private void tellWhenAllStopped() {
    if (table.isEmpty() && !stoppers.isEmpty()) {
      stoppers.forEach(asker -> asker.tell(new AllStopped()));
      stoppers.clear();
    }
  }

  // ---- finding ----

  private void of(long instance, Consumer<DomainRecord> then) {
    table.byInstance(instance).ifPresent(then);
  }

  /** The number of a domain that has one, dom0 included. */
  private Optional<Domid> domid(DomainSelector selector) {
    return DomainTable.isDomain0(selector)
        ? Optional.of(Domid.DOM0)
        : table.find(selector).flatMap(DomainRecord::domid);
  }

  private void with(
      DomainSelector selector,
      String verb,
      Consumer<ToolstackError> refuse,
      Consumer<DomainRecord> then) {
    if (DomainTable.isDomain0(selector)) {
      refuse.accept(ToolstackErrors.privilegedDomain(verb));
    } else {
      table
          .find(selector)
          .ifPresentOrElse(then, () -> refuse.accept(ToolstackErrors.noSuchDomain(selector)));
    }
  }

  /** For what can be done to a domain that is built and not going down. */
  private void withLive(
      DomainSelector selector,
      String verb,
      Consumer<ToolstackError> refuse,
      Consumer<DomainRecord> then) {
    with(
        selector,
        verb,
        refuse,
        record -> {
          switch (record.phase()) {
            case LIVE, SHUT_DOWN -> then.accept(record);
            case WAITING -> refuse.accept(ToolstackErrors.busy(record.name(), "restarted"));
            case BUILDING -> refuse.accept(ToolstackErrors.busy(record.name(), "created"));
            case RELOCATING, ARRIVED ->
                refuse.accept(ToolstackErrors.busy(record.name(), "relocated"));
            case TEARING_DOWN, DYING, RELEASING, GONE ->
                refuse.accept(ToolstackErrors.busy(record.name(), "destroyed"));
          }
        });
  }

  private static <T> Outcome<T> outcome(Optional<T> found, Supplier<ToolstackError> missing) {
    return found.<Outcome<T>>map(Done::new).orElseGet(() -> new Refused<>(missing.get()));
  }

  private ActorRef<HypervisorCommand> hypervisor() {
    return services.actors().hypervisor();
  }
}
