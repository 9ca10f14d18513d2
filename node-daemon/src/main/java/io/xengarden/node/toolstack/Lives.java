package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.Domain;
import io.xengarden.domain.DomainCommand;
import io.xengarden.domain.DomainSetup;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.events.EventLogCommand.Append;
import io.xengarden.node.events.HostEvent;
import io.xengarden.node.ownership.OwnershipCommand.Release;
import io.xengarden.node.ownership.OwnershipCommand.ReleaseAnswer;
import io.xengarden.node.ownership.OwnershipCommand.ReleasePending;
import io.xengarden.node.toolstack.BuildOrder.Origin;
import io.xengarden.node.toolstack.DomainBuildCommand.Abort;
import io.xengarden.node.toolstack.DomainRecord.Afterlife;
import io.xengarden.node.toolstack.DomainRecord.Phase;
import io.xengarden.node.toolstack.DomainRecord.Relocation;
import io.xengarden.node.toolstack.DomainRecord.Rings;
import io.xengarden.node.toolstack.Outcome.Done;
import io.xengarden.node.toolstack.Outcome.Refused;
import io.xengarden.node.toolstack.RelocationRequest.Expect;
import io.xengarden.node.toolstack.ShutdownRequestCommand.HasGone;
import io.xengarden.node.toolstack.ShutdownRequestCommand.HasShutDown;
import io.xengarden.node.toolstack.ToolstackCommand.BuildEnded;
import io.xengarden.node.toolstack.ToolstackCommand.CreatedDomain;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackCommand.OwnershipReleased;
import io.xengarden.node.toolstack.ToolstackCommand.RestartDue;
import io.xengarden.node.toolstack.ToolstackCommand.TeardownEnded;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import io.xengarden.xenstore.XenStoreCommand.DomainShutdown;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * How domains begin, end and begin again. Part of the toolstack's actor: each method is called on
 * its turn. A building that fails and a domain that is destroyed go the same way down.
 */
final class Lives {
  /** What xl sleeps between a domain's end and its restart. */
  static final Duration RESTART_DELAY = Duration.ofSeconds(2);

  /** Longer than the one attempt to release that is waited for. */
  private static final Duration RELEASE_LIMIT = Duration.ofSeconds(10);

  private final ActorContext<ToolstackCommand> context;
  private final TimerScheduler<ToolstackCommand> timers;
  private final Services services;
  private final DomainTable table;
  private final Queries queries;
  private long lastInstance;

  Lives(
      ActorContext<ToolstackCommand> context,
      TimerScheduler<ToolstackCommand> timers,
      Services services,
      DomainTable table,
      Queries queries) {
    this.context = context;
    this.timers = timers;
    this.services = services;
    this.table = table;
    this.queries = queries;
  }

  // ---- beginning ----

  void create(DomainPlan plan, InitialState state, ActorRef<Outcome<CreatedDomain>> creator) {
    DomainRecord record = register(plan);
    record.createdFor(creator);
    build(record, new Origin.Fresh(state));
  }

  /** Everything but what a guest brings along. */
  DomainRecord expect(DomainPlan plan, Expect expect, Relocation hands) {
    DomainRecord record = register(plan);
    record.rename(expect.name(), plan.uuid());
    record.handTo(hands);
    build(record, new Origin.Arriving(expect.name(), expect.claims(), expect.flow()));
    return record;
  }

  private DomainRecord register(DomainPlan plan) {
    DomainRecord record = new DomainRecord(++lastInstance, plan);
    table.add(record);
    return record;
  }

  private void build(DomainRecord record, Origin origin) {
    record.moveTo(Phase.BUILDING, "its time has come");
    record.startsAt(services.inputs().wallClock().instant());
    BuildOrder order =
        new BuildOrder(
            record.instance(), record.plan(), record.startTime(), origin, record.ownership());
    ActorRef<DomainBuildCommand> build =
        context.spawnAnonymous(DomainBuild.create(services, order, context.getSelf()));
    record.builtBy(build);
    Optional<ToolstackError> failed = Optional.of(ToolstackErrors.failed("the building failed"));
    context.watchWith(build, new BuildEnded(record.instance(), failed));
  }

  void allocated(DomainRecord record, Domid domid) {
    record.allocated(domid);
  }

  /** The guest's actor is the toolstack's child: it outlives the building. */
  void guestBuilt(DomainRecord record, DomainSetup setup) {
    record.built(new Rings(setup.built().storeGfn(), setup.built().consoleGfn()));
    ActorRef<DomainCommand> actor =
        context.spawn(
            Domain.create(setup), "domain-" + setup.xen().domid() + "-" + record.instance());
    record.runs(new DomainRecord.Guest(setup.xen(), actor));
  }

  void buildEnded(DomainRecord record, Optional<ToolstackError> error) {
    if (record.phase() != Phase.BUILDING) {
      return; // said twice: by the building, and by its end
    }
    error.ifPresent(record::failBuild);
    if (record.buildError().isPresent()) {
      tearDown(record, record.buildError().get().getMessage());
      return;
    }
    if (record.relocation().isPresent()) {
      record.moveTo(Phase.ARRIVED, "built");
      record.relocation().get().flow().tell(new RelocationNotice.Built(record.instance()));
      return;
    }
    record.moveTo(Phase.LIVE, "built");
    log("domain.created", record, record.plan().config().getMemoryKib() / 1024 + " MiB");
    record
        .creator()
        .ifPresent(
            creator ->
                queries.withInfo(
                    record.domid().orElseThrow(), info -> tellCreator(record, creator, info)));
    queries.withDomains(this::lookForShutdowns); // it may have been quick
  }

  private static void tellCreator(
      DomainRecord record,
      ActorRef<Outcome<CreatedDomain>> creator,
      Optional<io.xengarden.proto.v1.DomainInfo> info) {
    creator.tell(
        info.<Outcome<CreatedDomain>>map(
                there -> new Done<>(new CreatedDomain(there, record.plan().warnings())))
            .orElseGet(() -> new Refused<>(ToolstackErrors.failed("the domain is gone already"))));
  }

  // ---- shutting down ----

  void lookForShutdowns(DomainList list) {
    for (DomainStatus status : list.domains()) {
      if (status.flags().shutdown() && !status.flags().dying()) {
        ShutdownReason reason = status.shutdownReason().orElse(ShutdownReason.CRASH);
        table.byDomid(status.domid()).ifPresent(record -> isShutDown(record, reason));
      }
    }
  }

  private void isShutDown(DomainRecord record, ShutdownReason reason) {
    switch (record.phase()) {
      case LIVE -> shutDown(record, reason);
      case RELOCATING -> {
        services.actors().store().tell(new DomainShutdown(record.domid().orElseThrow()));
        tellFlow(record, new RelocationNotice.HasShutDown(reason));
      }
      default -> {}
    }
  }

  private static void tellFlow(DomainRecord record, RelocationNotice notice) {
    record.relocation().ifPresent(hands -> hands.flow().tell(notice));
  }

  private void shutDown(DomainRecord record, ShutdownReason reason) {
    String word = reason.name().toLowerCase(Locale.ROOT);
    record.moveTo(Phase.SHUT_DOWN, word);
    services.actors().store().tell(new DomainShutdown(record.domid().orElseThrow()));
    LifecyclePolicy policy = LifecyclePolicy.of(record.plan().config(), reason);
    String type = reason == ShutdownReason.CRASH ? "domain.crashed" : "domain.shutdown";
    log(type, record, word + ", then " + policy.inWords());
    record.observers().forEach(observer -> observer.tell(new HasShutDown()));
    switch (policy) {
      case DESTROY -> tearDown(record, word);
      case RESTART -> {
        record.afterwards(Afterlife.RESTART);
        tearDown(record, word);
      }
      case RENAME_RESTART -> {
        preserveUnderNewName(record);
        restartLater(record);
      }
      case PRESERVE -> {}
    }
  }

  private void preserveUnderNewName(DomainRecord record) {
    String name = freePreservedName(record.name());
    UUID uuid = DomainNames.randomUuid(services.inputs().random());
    ActorRef<BatchResult> nobody = context.getSystem().ignoreRef();
    services
        .actors()
        .store()
        .tell(
            new Batch(
                DomainNodes.renamed(record.domid().orElseThrow(), name, record.uuid(), uuid),
                nobody));
    log("domain.renamed", record, "preserved as " + name);
    record.rename(name, uuid);
  }

  /** The name has minutes only: of several in one minute the later ones are counted. */
  private String freePreservedName(String name) {
    String preserved = DomainNames.preserved(name, services.inputs().wallClock().instant());
    String free = preserved;
    for (int count = 2; table.byName(free).isPresent(); count++) {
      free = preserved + "-" + count;
    }
    return free;
  }

  // ---- ending ----

  /** Takes it down from wherever it is; those who wait are told at the end. */
  void destroy(DomainRecord record, String why) {
    record.afterwards(Afterlife.NONE);
    if (record.relocation().isPresent()) {
      tellFlow(record, new RelocationNotice.HostStops());
      return;
    }
    end(record, why);
  }

  /** Whoever's hands it is in has asked for it, or it is in nobody's. */
  void end(DomainRecord record, String why) {
    switch (record.phase()) {
      case WAITING -> {
        timers.cancel(new RestartDue(record.instance()));
        gone(record, why);
      }
      case BUILDING -> {
        ToolstackError error = ToolstackErrors.aborted("the creation is given up: " + why);
        record.failBuild(error);
        record.build().ifPresent(build -> build.tell(new Abort(error)));
      }
      case LIVE, SHUT_DOWN, RELOCATING, ARRIVED -> tearDown(record, why);
      case TEARING_DOWN -> {} // under way
      case DYING, RELEASING, GONE -> {}
    }
  }

  private void tearDown(DomainRecord record, String why) {
    if (record.domid().isEmpty()) {
      record.moveTo(Phase.TEARING_DOWN, why);
      gone(record, why);
      return;
    }
    record.moveTo(Phase.TEARING_DOWN, why);
    ActorRef<DomainTeardownCommand> teardown =
        context.spawnAnonymous(
            DomainTeardown.create(services.actors(), record.remains(), context.getSelf()));
    Optional<ToolstackError> failed = Optional.of(ToolstackErrors.failed("the teardown failed"));
    context.watchWith(teardown, new TeardownEnded(record.instance(), failed));
  }

  void teardownEnded(DomainRecord record, Optional<ToolstackError> error) {
    if (record.phase() != Phase.TEARING_DOWN) {
      return; // said twice: by the teardown, and by its end
    }
    if (error.isEmpty()) {
      gone(record, "nothing is left");
      return;
    }
    record.moveTo(Phase.DYING, error.get().getMessage());
    log("domain.dying", record, error.get().getMessage());
    record.destroyers().forEach(asker -> asker.tell(new Refused<>(error.get())));
    record.destroyers().clear();
    tellCreatorOfFailure(record);
  }

  /** Of a dying one too: what held it has let go. */
  void gone(DomainRecord record, String why) {
    log(record, why);
    Optional<Ownership> held = record.ownership();
    if (held.isEmpty() || record.afterlife() == Afterlife.RESTART) {
      record.moveTo(Phase.GONE, why);
      ended(record);
      return;
    }
    record.moveTo(Phase.RELEASING, why);
    ActorRef<ReleaseAnswer> answer =
        context.spawnAnonymous(
            OneReply.<ReleaseAnswer>create(
                RELEASE_LIMIT,
                released -> tell(new OwnershipReleased(record.instance(), released)),
                () ->
                    tell(new OwnershipReleased(record.instance(), new ReleasePending("overdue")))));
    services.actors().ownership().tell(new Release(held.get(), answer));
  }

  private void log(DomainRecord record, String why) {
    if (record.buildError().isEmpty()) {
      log("domain.destroyed", record, why);
    } else {
      log("domain.create-failed", record, record.buildError().get().getMessage());
    }
  }

  /** Removed from the register, or soon: from here on it is not the toolstack's business. */
  void released(DomainRecord record, ReleaseAnswer answer) {
    if (answer instanceof ReleasePending(var why)) {
      log("domain.release-pending", record, why);
    }
    record.moveTo(Phase.GONE, "released");
    ended(record);
  }

  /** Somebody has said that it is dead; it must not run on. */
  void lost(DomainRecord record, Ownership ownership) {
    if (record.ownership().equals(Optional.of(ownership))) {
      record.owned(Optional.empty());
      log("domain.lost", record, "its record is gone from the register");
      destroy(record, "it is not owned any more");
    }
  }

  private void ended(DomainRecord record) {
    table.remove(record);
    record.observers().forEach(observer -> observer.tell(new HasGone()));
    Domid domid = record.domid().orElse(Domid.INVALID);
    record.destroyers().forEach(asker -> asker.tell(new Done<>(domid)));
    tellCreatorOfFailure(record);
    record
        .buildError()
        .ifPresent(error -> tellFlow(record, new RelocationNotice.BuildFailed(error)));
    if (record.afterlife() == Afterlife.RESTART) {
      restartLater(record);
    }
  }

  private void tellCreatorOfFailure(DomainRecord record) {
    record
        .buildError()
        .ifPresent(
            error -> record.creator().ifPresent(creator -> creator.tell(new Refused<>(error))));
  }

  // ---- beginning again ----

  /** The name and uuid stay taken meanwhile, and the record in the register stays. */
  private void restartLater(DomainRecord earlier) {
    DomainRecord next = register(earlier.plan());
    next.owned(earlier.ownership());
    earlier.owned(Optional.empty());
    RestartDue due = new RestartDue(next.instance());
    timers.startSingleTimer(due, due, RESTART_DELAY);
  }

  void restart(DomainRecord record) {
    if (record.phase() == Phase.WAITING) {
      build(record, new Origin.Fresh(InitialState.RUNNING));
    }
  }

  private void tell(ToolstackCommand message) {
    context.getSelf().tell(message);
  }

  void log(String type, DomainRecord record, String detail) {
    services.actors().events().tell(new Append(HostEvent.ofDomain(type, record.subject(), detail)));
  }

  List<DomainRecord> all() {
    return table.snapshot();
  }
}
