package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.domain.DomainCommand;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.events.HostEvent.Subject;
import io.xengarden.node.toolstack.ToolstackCommand.CreatedDomain;
import io.xengarden.proto.v1.ToolstackError;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the toolstack knows of one domain in one of its lives; a restart is a new life. The
 * toolstack alone changes it.
 */
final class DomainRecord {
  private static final Logger LOG = LoggerFactory.getLogger(DomainRecord.class);

  /** Where in its life a domain is. Each names those that may follow. */
  enum Phase {
    /** Its name and uuid are taken; it begins when its time comes. */
    WAITING,
    BUILDING,
    /** Built: running, blocked or paused. */
    LIVE,
    /** Shut down, and kept. */
    SHUT_DOWN,
    /** Its life is in the hands of a save or a migration. */
    RELOCATING,
    /** Built from elsewhere and paused; it may not be ours yet. */
    ARRIVED,
    TEARING_DOWN,
    /** Its teardown has given up waiting; Xen still shows it as dying. */
    DYING,
    /** Nothing is left of it but its record in the register. */
    RELEASING,
    GONE;

    Set<Phase> successors() {
      return switch (this) {
        case WAITING -> EnumSet.of(BUILDING, RELEASING, GONE);
        case BUILDING -> EnumSet.of(LIVE, ARRIVED, TEARING_DOWN);
        case LIVE -> EnumSet.of(SHUT_DOWN, RELOCATING, TEARING_DOWN);
        case SHUT_DOWN -> EnumSet.of(LIVE, TEARING_DOWN);
        case RELOCATING, ARRIVED -> EnumSet.of(LIVE, TEARING_DOWN);
        case TEARING_DOWN -> EnumSet.of(DYING, RELEASING, GONE);
        case DYING -> EnumSet.of(RELEASING, GONE);
        case RELEASING -> EnumSet.of(GONE);
        case GONE -> EnumSet.noneOf(Phase.class);
      };
    }
  }

  /** What comes after a teardown. */
  enum Afterlife {
    NONE,
    RESTART
  }

  private final long instance;
  private final DomainPlan plan;
  private Instant startTime = Instant.EPOCH;
  private String name;
  private UUID uuid;
  private Phase phase = Phase.WAITING;
  private Optional<Domid> domid = Optional.empty();
  private Optional<StoreLink> storeLink = Optional.empty();
  private Optional<Rings> rings = Optional.empty();

  /** Its record in the register, while this host is its owner. */
  private Optional<Ownership> ownership = Optional.empty();

  private Afterlife afterlife = Afterlife.NONE;

  /** Why the domain's building failed: told when what was built is gone again. */
  private Optional<ToolstackError> buildError = Optional.empty();

  private Optional<ActorRef<Outcome<CreatedDomain>>> creator = Optional.empty();
  private Optional<ActorRef<DomainBuildCommand>> build = Optional.empty();
  private Optional<Guest> guest = Optional.empty();
  private Optional<Relocation> relocation = Optional.empty();
  private final List<ActorRef<Outcome<Domid>>> destroyers = new ArrayList<>();
  private final List<ActorRef<ShutdownRequestCommand>> observers = new ArrayList<>();

  /** The frames of xenstore's and the console's page, as xm shows them. */
  record Rings(long storeGfn, long consoleGfn) {}

  /** What runs: the domain as Xen made it, and the actor that owns it now. */
  record Guest(XenDomain xen, ActorRef<DomainCommand> actor) {}

  /**
   * In whose hands the domain's life is meanwhile.
   *
   * @param doing as in "is being migrated"
   */
  record Relocation(ActorRef<RelocationNotice> flow, String doing) {}

  DomainRecord(long instance, DomainPlan plan) {
    this.instance = instance;
    this.plan = plan;
    this.name = plan.name();
    this.uuid = plan.uuid();
  }

  void moveTo(Phase next, String why) {
    if (!phase.successors().contains(next)) {
      throw new IllegalStateException(name + " is " + phase + " and cannot be " + next);
    }
    LOG.debug("{} ({}): {} -> {}: {}", name, domid, phase, next, why);
    phase = next;
  }

  long instance() {
    return instance;
  }

  DomainPlan plan() {
    return plan;
  }

  Instant startTime() {
    return startTime;
  }

  void startsAt(Instant time) {
    startTime = time;
  }

  Phase phase() {
    return phase;
  }

  String name() {
    return name;
  }

  UUID uuid() {
    return uuid;
  }

  void rename(String newName, UUID newUuid) {
    name = newName;
    uuid = newUuid;
  }

  Optional<Domid> domid() {
    return domid;
  }

  void allocated(Domid allocated) {
    domid = Optional.of(allocated);
  }

  /** Who waits for it to be created; nobody does for one that is restarted. */
  Optional<ActorRef<Outcome<CreatedDomain>>> creator() {
    return creator;
  }

  void createdFor(ActorRef<Outcome<CreatedDomain>> asker) {
    creator = Optional.of(asker);
  }

  Optional<ActorRef<DomainBuildCommand>> build() {
    return build;
  }

  void builtBy(ActorRef<DomainBuildCommand> builder) {
    build = Optional.of(builder);
  }

  Optional<Guest> guest() {
    return guest;
  }

  void runs(Guest running) {
    guest = Optional.of(running);
  }

  Optional<Relocation> relocation() {
    return relocation;
  }

  void handTo(Relocation hands) {
    relocation = Optional.of(hands);
  }

  void takeBack() {
    relocation = Optional.empty();
  }

  /** Whether its name and uuid are free for another. */
  boolean isOver() {
    return phase == Phase.DYING || phase == Phase.RELEASING;
  }

  Optional<Ownership> ownership() {
    return ownership;
  }

  void owned(Optional<Ownership> record) {
    ownership = record;
  }

  Optional<Rings> rings() {
    return rings;
  }

  void built(Rings built) {
    rings = Optional.of(built);
  }

  Optional<StoreLink> storeLink() {
    return storeLink;
  }

  void linked(StoreLink link) {
    storeLink = Optional.of(link);
  }

  Afterlife afterlife() {
    return afterlife;
  }

  void afterwards(Afterlife next) {
    afterlife = next;
  }

  Optional<ToolstackError> buildError() {
    return buildError;
  }

  void failBuild(ToolstackError error) {
    buildError = Optional.of(error);
  }

  List<ActorRef<Outcome<Domid>>> destroyers() {
    return destroyers;
  }

  List<ActorRef<ShutdownRequestCommand>> observers() {
    return observers;
  }

  /** What there is to take down. */
  Remains remains() {
    return new Remains(instance, domid.orElseThrow(), uuid, plan.disks(), storeLink);
  }

  /** For an event; a domain that has no number yet has none to tell of. */
  Subject subject() {
    return new Subject(domid.orElse(Domid.INVALID), uuid, name);
  }
}
