package io.xengarden.node.ownership;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.OwnershipChange;
import io.xengarden.node.array.RegisterCommand.SwapAnswer;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.cluster.ClusterView;
import io.xengarden.node.cluster.DirectoryCommand;
import io.xengarden.node.ownership.Errand.Claiming;
import io.xengarden.node.ownership.Errand.Forgetting;
import io.xengarden.node.ownership.Errand.Removing;
import io.xengarden.node.ownership.OwnershipCommand.AlreadyOwned;
import io.xengarden.node.ownership.OwnershipCommand.ArrayAway;
import io.xengarden.node.ownership.OwnershipCommand.Claim;
import io.xengarden.node.ownership.OwnershipCommand.Claimed;
import io.xengarden.node.ownership.OwnershipCommand.Forget;
import io.xengarden.node.ownership.OwnershipCommand.ForgetAnswer;
import io.xengarden.node.ownership.OwnershipCommand.Forgotten;
import io.xengarden.node.ownership.OwnershipCommand.Identity;
import io.xengarden.node.ownership.OwnershipCommand.Join;
import io.xengarden.node.ownership.OwnershipCommand.Joined;
import io.xengarden.node.ownership.OwnershipCommand.NoSuchRecord;
import io.xengarden.node.ownership.OwnershipCommand.NotNow;
import io.xengarden.node.ownership.OwnershipCommand.OwnerIsUp;
import io.xengarden.node.ownership.OwnershipCommand.RecordSeen;
import io.xengarden.node.ownership.OwnershipCommand.RegisterChanged;
import io.xengarden.node.ownership.OwnershipCommand.Release;
import io.xengarden.node.ownership.OwnershipCommand.ReleaseAnswer;
import io.xengarden.node.ownership.OwnershipCommand.ReleasePending;
import io.xengarden.node.ownership.OwnershipCommand.Released;
import io.xengarden.node.ownership.OwnershipCommand.SwapAnswered;
import io.xengarden.node.ownership.OwnershipCommand.Timer;
import io.xengarden.node.ownership.OwnershipCommand.ViewSeen;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Speaks to the register for one host. It decides nothing by reading: every outcome is that of a
 * compare-and-swap. What it reads in the register's watch only tells it where to try one: records
 * that name this host and mean nothing any more, and records of its own that are gone.
 */
public final class Ownerships extends AbstractOnMessageBehavior<OwnershipCommand> {
  /** Longer than whoever stands for the register waits for it. */
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(6);

  static final Duration RETRY_AFTER = Duration.ofMillis(500);

  /** Between two lines in the log that say the array is still away. */
  private static final int TRIES_PER_LINE = 10;

  private final TimerScheduler<OwnershipCommand> timers;
  private final Environment environment;

  /** Records that name this host, as last seen. */
  private final SequencedMap<UUID, Ownership> mine = new TreeMap<>();

  /** Records of this host's domains. */
  private final SequencedMap<UUID, Ownership> held = new TreeMap<>();

  private final SequencedMap<UUID, Errand> errands = new TreeMap<>();
  private final DeadAttempts dead = new DeadAttempts();
  private final Queue<Consumer<ClusterView>> viewers = new ArrayDeque<>();
  private final ActorRef<ClusterView> views;
  private Optional<Join> join = Optional.empty();
  private Optional<HostRecord> self = Optional.empty();
  private Phase phase = Phase.OUTSIDE;
  private int tries;

  private enum Phase {
    OUTSIDE,
    ANNOUNCING,
    /** Announced; what the earlier incarnations owned is being removed. */
    CLEARING,
    MEMBER
  }

  /**
   * @param self who announces itself
   * @param lost called on this actor's turn when a record that is held is gone from the register
   */
  public record Environment(
      Self self,
      ActorRef<RegisterCommand> register,
      ActorRef<DirectoryCommand> directory,
      RandomGenerator random,
      Consumer<Ownership> lost) {}

  /**
   * @param process a token of this process, never used before
   */
  public record Self(String name, String process, HostRecord.Machine machine) {}

  public static Behavior<OwnershipCommand> create(Environment environment) {
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new Ownerships(context, timers, environment)));
  }

  private Ownerships(
      ActorContext<OwnershipCommand> context,
      TimerScheduler<OwnershipCommand> timers,
      Environment environment) {
    super(context);
    this.timers = timers;
    this.environment = environment;
    this.views = context.messageAdapter(ClusterView.class, ViewSeen::new);
  }

  @Override
  public Behavior<OwnershipCommand> onMessage(OwnershipCommand message) {
    switch (message) {
      case Join request -> onJoin(request);
      case OwnershipCommand.Identify(var replyTo) -> replyTo.tell(new Identity(self));
      case Claim claim -> onClaim(claim);
      case Release release -> onRelease(release);
      case OwnershipCommand.Hold(var ownership) -> hold(ownership);
      case OwnershipCommand.LetGo(var uuid) -> held.remove(uuid);
      case Forget(var uuid, var replyTo) -> withView(view -> forget(uuid, view, replyTo));
      case OwnershipCommand.AnnouncementAnswered(var answer) -> onAnnouncement(answer);
      case SwapAnswered(var errand, var answer) -> onSwapAnswer(errand, answer);
      case RecordSeen seen -> onRecord(seen);
      case RegisterChanged(var change) -> onChange(change);
      case ViewSeen(var view) -> viewers.remove().accept(view);
      case Timer.ANNOUNCE -> announce();
      case Timer.SWEEP -> sweep();
    }
    return this;
  }

  @Override
  public Behavior<OwnershipCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  // ---- joining ----

  private void onJoin(Join request) {
    if (phase != Phase.OUTSIDE) {
      throw new IllegalStateException("joins once");
    }
    join = Optional.of(request);
    moveTo(Phase.ANNOUNCING);
    announce();
  }

  private void announce() {
    Self who = environment.self();
    HostRecord record =
        new HostRecord(who.name(), 0, who.process(), join.orElseThrow().addresses(), who.machine());
    ask(
        (ActorRef<RegisterCommand.AnnouncementAnswer> replyTo) ->
            environment.register().tell(new RegisterCommand.AnnounceHost(record, replyTo)),
        OwnershipCommand.AnnouncementAnswered::new,
        Ownerships::overdue);
  }

  private void onAnnouncement(RegisterCommand.AnnouncementAnswer answer) {
    switch (answer) {
      case RegisterCommand.Announced(var record) -> onAnnounced(record);
      case RegisterCommand.RegisterFull(var why) -> announceAgain(why);
      case RegisterCommand.Unreachable(var why) -> announceAgain(why);
    }
  }

  private void announceAgain(String why) {
    if (phase == Phase.ANNOUNCING) {
      if (tries++ % TRIES_PER_LINE == 0) {
        getContext().getLog().warn("waiting for the array to take this host in: {}", why);
      }
      timers.startSingleTimer(Timer.ANNOUNCE, RETRY_AFTER);
    }
  }

  private void onAnnounced(HostRecord record) {
    if (phase != Phase.ANNOUNCING) {
      return; // an earlier try was only slow
    }
    self = Optional.of(record);
    moveTo(Phase.CLEARING);
    environment
        .register()
        .tell(
            new RegisterCommand.WatchOwnerships(
                getContext().messageAdapter(OwnershipChange.class, RegisterChanged::new)));
  }

  private void joinedWhenCleared() {
    if (phase == Phase.CLEARING && mine.values().stream().noneMatch(this::isDead)) {
      moveTo(Phase.MEMBER);
      join.orElseThrow().replyTo().tell(new Joined(self.orElseThrow()));
    }
  }

  // ---- claiming ----

  private void onClaim(Claim claim) {
    if (phase != Phase.MEMBER) {
      claim.replyTo().tell(new NotNow("this host has not joined its cluster yet"));
    } else if (errands.get(claim.uuid()) instanceof Claiming) {
      claim.replyTo().tell(new NotNow("another claim for it is under way"));
    } else {
      HostRecord me = self.orElseThrow();
      String attempt = me.name() + "-" + Long.toHexString(environment.random().nextLong());
      Ownership proposal =
          new Ownership(claim.uuid(), me.name(), me.incarnation(), 0, attempt, claim.domain());
      swap(new Claiming(proposal, claim.replyTo()), 0, Optional.of(proposal));
    }
  }

  private void onClaimAnswer(Claiming claiming, SwapAnswer answer) {
    switch (answer) {
      case RegisterCommand.Swapped(var current) -> claimed(claiming, current.orElseThrow());
      case RegisterCommand.Conflict(var current) -> onClaimConflict(claiming, current);
      case RegisterCommand.RegisterFull(var why) -> claiming.replyTo().tell(new NotNow(why));
      case RegisterCommand.Unreachable(var why) -> {
        dead.add(claiming.proposal().attempt()); // it may take effect yet, or has
        sweepLater();
        claiming.replyTo().tell(new ArrayAway(why));
      }
    }
  }

  private void claimed(Claiming claiming, Ownership current) {
    hold(current);
    claiming.replyTo().tell(new Claimed(current));
  }

  private void onClaimConflict(Claiming claiming, Optional<Ownership> current) {
    Ownership proposal = claiming.proposal();
    if (current.isEmpty()) {
      swap(claiming, 0, Optional.of(proposal)); // what stood there has been removed meanwhile
    } else if (isDead(current.get())) {
      swap(claiming, current.get().epoch(), Optional.of(proposal));
    } else {
      Ownership owned = current.get();
      withView(view -> claiming.replyTo().tell(new AlreadyOwned(owned, view.isLost(owned))));
    }
  }

  // ---- releasing ----

  private void hold(Ownership ownership) {
    held.put(ownership.uuid(), ownership);
    mine.put(ownership.uuid(), ownership);
  }

  private void onRelease(Release release) {
    Ownership gone = release.held();
    held.remove(gone.uuid());
    dead.add(gone.attempt());
    mine.put(gone.uuid(), gone);
    if (errands.containsKey(gone.uuid())) {
      release.replyTo().tell(new ReleasePending("another errand for it is under way"));
      sweepLater();
    } else {
      swap(new Removing(gone, List.of(release.replyTo())), gone.epoch(), Optional.empty());
    }
  }

  private void onRemovalAnswer(Removing removing, SwapAnswer answer) {
    Ownership gone = removing.dead();
    switch (answer) {
      case RegisterCommand.Swapped(var _) -> removed(removing);
      case RegisterCommand.Conflict(var current) -> {
        if (current.filter(this::isDead).isPresent()) {
          mine.put(gone.uuid(), current.get());
          swap(removing, current.get().epoch(), Optional.empty());
        } else {
          removed(removing);
        }
      }
      case RegisterCommand.RegisterFull(var why) -> removeLater(removing, why);
      case RegisterCommand.Unreachable(var why) -> removeLater(removing, why);
    }
  }

  private void removed(Removing removing) {
    Ownership gone = removing.dead();
    mine.remove(gone.uuid(), gone);
    tell(removing, new Released());
    joinedWhenCleared();
  }

  private void removeLater(Removing removing, String why) {
    getContext().getLog().info("{} stays in the register: {}", removing.dead().uuid(), why);
    tell(removing, new ReleasePending(why));
    sweepLater();
  }

  private static void tell(Removing removing, ReleaseAnswer answer) {
    removing.askers().forEach(asker -> asker.tell(answer));
  }

  private void sweepLater() {
    if (!timers.isTimerActive(Timer.SWEEP)) {
      timers.startSingleTimer(Timer.SWEEP, RETRY_AFTER);
    }
  }

  /** Removes every record that names this host and means nothing. */
  private void sweep() {
    for (Ownership ownership : List.copyOf(mine.values())) {
      if (isDead(ownership) && !errands.containsKey(ownership.uuid())) {
        swap(new Removing(ownership, List.of()), ownership.epoch(), Optional.empty());
      }
    }
    joinedWhenCleared();
  }

  private boolean isDead(Ownership ownership) {
    HostRecord me = self.orElseThrow();
    return ownership.owner().equals(me.name())
        && (ownership.incarnation() < me.incarnation() || dead.contains(ownership.attempt()));
  }

  // ---- forgetting ----

  private void forget(UUID uuid, ClusterView view, ActorRef<ForgetAnswer> replyTo) {
    Optional<Ownership> record =
        view.ownerships().stream().filter(o -> o.uuid().equals(uuid)).findFirst();
    if (!view.registerReachable()) {
      replyTo.tell(new ArrayAway("the register is not reachable"));
    } else if (record.isEmpty()) {
      replyTo.tell(new NoSuchRecord());
    } else if (!view.isLost(record.get())) {
      replyTo.tell(new OwnerIsUp(record.get()));
    } else if (errands.containsKey(uuid)) {
      replyTo.tell(new ArrayAway("another errand for it is under way"));
    } else {
      swap(new Forgetting(record.get(), replyTo), record.get().epoch(), Optional.empty());
    }
  }

  private void onForgetAnswer(Forgetting forgetting, SwapAnswer answer) {
    switch (answer) {
      case RegisterCommand.Swapped(var _) ->
          forgetting.replyTo().tell(new Forgotten(forgetting.lost()));
      case RegisterCommand.Conflict(var current) ->
          forgetting
              .replyTo()
              .tell(current.<ForgetAnswer>map(OwnerIsUp::new).orElseGet(NoSuchRecord::new));
      case RegisterCommand.RegisterFull(var why) -> forgetting.replyTo().tell(new ArrayAway(why));
      case RegisterCommand.Unreachable(var why) -> forgetting.replyTo().tell(new ArrayAway(why));
    }
  }

  // ---- the register's watch ----

  private void onChange(OwnershipChange change) {
    switch (change) {
      case OwnershipChange.Restarted() -> mine.clear();
      case OwnershipChange.Put(var ownership) -> onPut(ownership);
      case OwnershipChange.Removed(var uuid) -> {
        mine.remove(uuid);
        Optional.ofNullable(held.get(uuid)).ifPresent(this::look);
      }
      case OwnershipChange.CaughtUp() -> {
        held.values().stream().filter(o -> !mine.containsKey(o.uuid())).forEach(this::look);
        sweep();
      }
      case OwnershipChange.Disconnected() -> {}
    }
  }

  private void onPut(Ownership ownership) {
    if (!ownership.owner().equals(environment.self().name())) {
      mine.remove(ownership.uuid());
      return;
    }
    mine.put(ownership.uuid(), ownership);
    if (phase == Phase.MEMBER && isDead(ownership)) {
      sweepLater();
    }
  }

  /**
   * The watch may be behind what was answered: the record itself says whether it is gone, or there
   * anew. A record that changes hands before the watch's eyes is not looked at: that is a
   * migration.
   */
  private void look(Ownership ownership) {
    ask(
        (ActorRef<RegisterCommand.OwnershipAnswer> replyTo) ->
            environment
                .register()
                .tell(new RegisterCommand.GetOwnership(ownership.uuid(), replyTo)),
        answer -> new RecordSeen(ownership, answer),
        Ownerships::overdue);
  }

  private void onRecord(RecordSeen seen) {
    Ownership ownership = seen.held();
    boolean isHeld = ownership.equals(held.get(ownership.uuid()));
    switch (seen.answer()) {
      case RegisterCommand.OwnershipFound(var current) -> {
        if (isHeld && current.filter(now -> now.epoch() <= ownership.epoch()).isEmpty()) {
          held.remove(ownership.uuid());
          environment.lost().accept(ownership);
        }
      }
      case RegisterCommand.Unreachable _ -> {} // the watch begins anew when the array is back
    }
  }

  // ---- asking ----

  private void swap(Errand errand, long expected, Optional<Ownership> next) {
    UUID uuid = uuid(errand);
    errands.put(uuid, errand);
    ask(
        (ActorRef<SwapAnswer> replyTo) ->
            environment
                .register()
                .tell(new RegisterCommand.CompareAndSwap(uuid, expected, next, replyTo)),
        answer -> new SwapAnswered(errand, answer),
        Ownerships::overdue);
  }

  private static UUID uuid(Errand errand) {
    return switch (errand) {
      case Claiming(var proposal, var _) -> proposal.uuid();
      case Removing(var gone, var _) -> gone.uuid();
      case Forgetting(var lost, var _) -> lost.uuid();
    };
  }

  private void onSwapAnswer(Errand errand, SwapAnswer answer) {
    errands.remove(uuid(errand), errand);
    switch (errand) {
      case Claiming claiming -> onClaimAnswer(claiming, answer);
      case Removing removing -> onRemovalAnswer(removing, answer);
      case Forgetting forgetting -> onForgetAnswer(forgetting, answer);
    }
  }

  private void withView(Consumer<ClusterView> then) {
    viewers.add(then);
    environment.directory().tell(new DirectoryCommand.GetView(views));
  }

  private <A> void ask(
      Consumer<ActorRef<A>> question,
      Function<A, OwnershipCommand> message,
      Supplier<? extends A> overdue) {
    ActorRef<OwnershipCommand> me = getContext().getSelf();
    question.accept(
        getContext()
            .spawnAnonymous(
                OneReply.<A>create(
                    ANSWER_LIMIT,
                    answer -> me.tell(message.apply(answer)),
                    () -> me.tell(message.apply(overdue.get())))));
  }

  private static RegisterCommand.Unreachable overdue() {
    return new RegisterCommand.Unreachable(
        "no answer within " + ANSWER_LIMIT.toSeconds() + " seconds");
  }

  private void moveTo(Phase next) {
    getContext().getLog().debug("{}: {} -> {}", environment.self().name(), phase, next);
    phase = next;
  }
}
