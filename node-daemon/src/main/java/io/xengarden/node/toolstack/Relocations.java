package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.hypervisor.HypervisorCommand.DomctlDone;
import io.xengarden.hypervisor.HypervisorCommand.DomctlRefused;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.UnpauseDomain;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.ownership.OwnershipCommand;
import io.xengarden.node.toolstack.DomainBuildCommand.StateArrived;
import io.xengarden.node.toolstack.DomainRecord.Phase;
import io.xengarden.node.toolstack.DomainRecord.Relocation;
import io.xengarden.node.toolstack.Outcome.Done;
import io.xengarden.node.toolstack.Outcome.Refused;
import io.xengarden.node.toolstack.RelocationRequest.Adopt;
import io.xengarden.node.toolstack.RelocationRequest.Arrive;
import io.xengarden.node.toolstack.RelocationRequest.Expect;
import io.xengarden.node.toolstack.RelocationRequest.Expected;
import io.xengarden.node.toolstack.RelocationRequest.FlowEnded;
import io.xengarden.node.toolstack.RelocationRequest.Freeze;
import io.xengarden.node.toolstack.RelocationRequest.Frozen;
import io.xengarden.node.toolstack.RelocationRequest.Release;
import io.xengarden.node.toolstack.RelocationRequest.Remaining;
import io.xengarden.node.toolstack.RelocationRequest.Rename;
import io.xengarden.node.toolstack.RelocationRequest.Thaw;
import io.xengarden.node.toolstack.RelocationRequest.Unpaused;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackCommand.Relocate;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Domains whose life is in the hands of a save, a restore or a migration. Part of the toolstack's
 * actor: each method is called on its turn.
 */
final class Relocations {
  private final ActorContext<ToolstackCommand> context;
  private final Services services;
  private final DomainTable table;
  private final Queries queries;
  private final Lives lives;
  private boolean hostStops;

  Relocations(
      ActorContext<ToolstackCommand> context,
      Services services,
      DomainTable table,
      Queries queries,
      Lives lives) {
    this.context = context;
    this.services = services;
    this.table = table;
    this.queries = queries;
    this.lives = lives;
  }

  /** From now on a domain that is given back is destroyed. */
  void hostStops() {
    hostStops = true;
  }

  void handle(RelocationRequest request) {
    switch (request) {
      case Freeze freeze -> freeze(freeze);
      case Rename(var instance, var name) -> of(instance, record -> rename(record, name));
      case Thaw(var instance, var ownership) -> of(instance, record -> thaw(record, ownership));
      case Release release -> release(release);
      case Expect expect -> throw new IllegalStateException("not checked: " + expect.name());
      case Arrive(var instance, var state) ->
          of(
              instance,
              record -> record.build().ifPresent(build -> build.tell(new StateArrived(state))));
      case Adopt adopt -> adopt(adopt);
      case Unpaused unpaused -> unpaused(unpaused);
      case FlowEnded(var instance) -> of(instance, this::flowEnded);
    }
  }

  // ---- a domain that is here ----

  /** Xen is asked whether it runs; what the answer finds is what counts. */
  private void freeze(Freeze freeze) {
    if (DomainTable.isDomain0(freeze.domain())) {
      refuse(freeze, ToolstackErrors.privilegedDomain(freeze.purpose().verb()));
      return;
    }
    queries.withDomains(
        list ->
            table
                .find(freeze.domain())
                .ifPresentOrElse(
                    record -> freeze(record, freeze, list),
                    () -> refuse(freeze, ToolstackErrors.noSuchDomain(freeze.domain()))));
  }

  private void freeze(DomainRecord record, Freeze freeze, DomainList list) {
    Optional<ToolstackError> obstacle = obstacle(record, freeze, list);
    if (obstacle.isPresent()) {
      refuse(freeze, obstacle.get());
      return;
    }
    String doing = freeze.purpose().participle();
    record.moveTo(Phase.RELOCATING, "it is being " + doing);
    lives.log("domain.frozen", record, "it is being " + doing);
    watch(record, new Relocation(freeze.flow(), doing));
    DomainRecord.Guest guest = record.guest().orElseThrow();
    DomainConfig config =
        record.plan().config().toBuilder()
            .setName(record.name())
            .setUuid(record.uuid().toString())
            .build();
    freeze
        .replyTo()
        .tell(
            new Done<>(
                new Frozen(
                    record.instance(),
                    config,
                    record.ownership().orElseThrow(),
                    guest.xen(),
                    guest.actor())));
  }

  private static Optional<ToolstackError> obstacle(
      DomainRecord record, Freeze freeze, DomainList list) {
    String name = record.name();
    if (record.relocation().isPresent()) {
      return Optional.of(ToolstackErrors.busy(name, record.relocation().get().doing()));
    }
    return switch (record.phase()) {
      case LIVE ->
          list.domains().stream()
              .filter(status -> record.domid().equals(Optional.of(status.domid())))
              .findFirst()
              .flatMap(status -> standsStill(name, freeze.purpose().verb(), status));
      case SHUT_DOWN -> Optional.of(ToolstackErrors.wrongState(name + " is shut down"));
      case WAITING -> Optional.of(ToolstackErrors.busy(name, "restarted"));
      case BUILDING -> Optional.of(ToolstackErrors.busy(name, "created"));
      case RELOCATING, ARRIVED -> Optional.of(ToolstackErrors.busy(name, "relocated"));
      case TEARING_DOWN, DYING, RELEASING, GONE ->
          Optional.of(ToolstackErrors.busy(name, "destroyed"));
    };
  }

  /** A guest that does not run cannot be asked to suspend. */
  private static Optional<ToolstackError> standsStill(
      String name, String verb, DomainStatus status) {
    if (status.flags().shutdown()) {
      return Optional.of(ToolstackErrors.wrongState(name + " is shut down"));
    }
    return status.flags().paused()
        ? Optional.of(
            ToolstackErrors.wrongState(name + " is paused; unpause it to " + verb + " it"))
        : Optional.empty();
  }

  private static void refuse(Freeze freeze, ToolstackError error) {
    freeze.replyTo().tell(new Refused<>(error));
  }

  private void watch(DomainRecord record, Relocation hands) {
    record.handTo(hands);
    context.watchWith(hands.flow(), new Relocate(new FlowEnded(record.instance())));
  }

  /** The domain is nobody's but the toolstack's again. */
  private void takeBack(DomainRecord record) {
    record.relocation().ifPresent(hands -> context.unwatch(hands.flow()));
    record.takeBack();
  }

  private void rename(DomainRecord record, String name) {
    Domid domid = record.domid().orElseThrow();
    services
        .actors()
        .store()
        .tell(
            new Batch(
                DomainNodes.named(domid, record.uuid(), name), context.getSystem().ignoreRef()));
    lives.log("domain.renamed", record, "now " + name);
    record.rename(name, record.uuid());
  }

  private void thaw(DomainRecord record, Ownership ownership) {
    takeBack(record);
    if (record.ownership().isPresent()) {
      hold(record, ownership);
    }
    record.moveTo(Phase.LIVE, "it stays here");
    lives.log("domain.thawed", record, "it stays here");
    settle(record);
  }

  private void hold(DomainRecord record, Ownership ownership) {
    record.owned(Optional.of(ownership));
    services.actors().ownership().tell(new OwnershipCommand.Hold(ownership));
  }

  /** What may have happened while nobody looked. */
  private void settle(DomainRecord record) {
    if (hostStops) {
      lives.destroy(record, "the host is going down");
    } else if (record.ownership().isEmpty()) {
      lives.destroy(record, "it is not owned any more");
    } else {
      queries.withDomains(lives::lookForShutdowns);
    }
  }

  private void release(Release release) {
    Optional<DomainRecord> found = table.byInstance(release.instance());
    if (found.isEmpty()) {
      release.replyTo().tell(new Done<>(Domid.INVALID));
      return;
    }
    DomainRecord record = found.get();
    if (release.record() == Remaining.ELSEWHERE) {
      services.actors().ownership().tell(new OwnershipCommand.LetGo(record.uuid()));
      record.owned(Optional.empty());
    }
    record.destroyers().add(release.replyTo());
    takeBack(record);
    lives.log("domain.left", record, release.why());
    lives.end(record, release.why());
  }

  // ---- a domain that comes ----

  /** The configuration is checked, its names are free. */
  void expect(DomainPlan plan, Expect expect) {
    Relocation hands = new Relocation(expect.flow(), "received");
    DomainRecord record = lives.expect(plan, expect, hands);
    watch(record, hands);
    expect.replyTo().tell(new Done<>(new Expected(record.instance(), plan.uuid(), plan.config())));
  }

  private void adopt(Adopt adopt) {
    Optional<DomainRecord> arrived =
        table.byInstance(adopt.instance()).filter(record -> record.phase() == Phase.ARRIVED);
    if (arrived.isEmpty()) {
      adopt.replyTo().tell(new Refused<>(ToolstackErrors.failed("the domain is not there")));
      return;
    }
    DomainRecord record = arrived.get();
    adopt.ownership().ifPresent(ownership -> hold(record, ownership));
    String name = record.plan().name();
    if (!record.name().equals(name)) {
      rename(record, name);
    }
    if (adopt.state() == InitialState.PAUSED) {
      adopted(record, adopt.replyTo());
      return;
    }
    ActorRef<ToolstackCommand> self = context.getSelf();
    Consumer<DomctlReply> answered =
        reply -> self.tell(new Relocate(new Unpaused(adopt.instance(), reply, adopt.replyTo())));
    Domid domid = record.domid().orElseThrow();
    ActorRef<DomctlReply> answers =
        context.spawnAnonymous(
            OneReply.<DomctlReply>create(
                Toolstack.DOMCTL_LIMIT,
                answered,
                () -> answered.accept(new DomctlRefused(domid, "Xen does not answer"))));
    services.actors().hypervisor().tell(new UnpauseDomain(domid, answers));
  }

  private void unpaused(Unpaused unpaused) {
    Optional<DomainRecord> found = table.byInstance(unpaused.instance());
    if (unpaused.reply() instanceof DomctlDone && found.isPresent()) {
      adopted(found.get(), unpaused.replyTo());
    } else {
      unpaused
          .replyTo()
          .tell(new Refused<>(ToolstackErrors.failed("cannot unpause: " + unpaused.reply())));
    }
  }

  private void adopted(DomainRecord record, ActorRef<Outcome<DomainInfo>> replyTo) {
    takeBack(record);
    record.moveTo(Phase.LIVE, "adopted");
    lives.log(
        "domain.arrived", record, record.plan().config().getMemoryKib() / 1024 + " MiB, adopted");
    queries.withInfo(
        record.domid().orElseThrow(),
        info ->
            replyTo.tell(
                info.<Outcome<DomainInfo>>map(Done::new)
                    .orElseGet(() -> new Refused<>(ToolstackErrors.failed("the domain is gone")))));
    settle(record);
  }

  // ---- a flow that ends without a word ----

  /** What it has done is unknown: the domain stays as it is, and may be destroyed. */
  private void flowEnded(DomainRecord record) {
    if (record.relocation().isEmpty()) {
      return;
    }
    lives.log("domain.stranded", record, "what relocated it has failed; it may be destroyed");
    record.takeBack();
    if (record.phase() == Phase.BUILDING) {
      lives.end(record, "nobody brings it any more");
    }
  }

  private void of(long instance, Consumer<DomainRecord> then) {
    table.byInstance(instance).ifPresent(then);
  }
}
