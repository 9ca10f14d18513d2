package io.xengarden.node.array;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.node.array.RegisterCommand.AnnounceHost;
import io.xengarden.node.array.RegisterCommand.Announced;
import io.xengarden.node.array.RegisterCommand.ClaimFormation;
import io.xengarden.node.array.RegisterCommand.CompareAndSwap;
import io.xengarden.node.array.RegisterCommand.Conflict;
import io.xengarden.node.array.RegisterCommand.FormationClaimed;
import io.xengarden.node.array.RegisterCommand.FormationHeld;
import io.xengarden.node.array.RegisterCommand.GetOwnership;
import io.xengarden.node.array.RegisterCommand.Hosts;
import io.xengarden.node.array.RegisterCommand.ListHosts;
import io.xengarden.node.array.RegisterCommand.ListOwnerships;
import io.xengarden.node.array.RegisterCommand.OwnershipChange;
import io.xengarden.node.array.RegisterCommand.OwnershipFound;
import io.xengarden.node.array.RegisterCommand.Ownerships;
import io.xengarden.node.array.RegisterCommand.RegisterFull;
import io.xengarden.node.array.RegisterCommand.Swapped;
import io.xengarden.node.array.RegisterCommand.WatchOwnerships;
import io.xengarden.node.array.RegisterCommand.WatcherEnded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.UUID;

/**
 * The ownership register: one compare-and-swap at a time, durable before it is answered. It blocks
 * in its journal, so it lives on the I/O dispatcher. When the journal fails the actor ends, and the
 * array with it: a register that does not know its own state must not speak.
 */
public final class Register extends AbstractOnMessageBehavior<RegisterCommand> {
  /** Entries after which the journal is rewritten from the state. */
  static final long COMPACT_AFTER = 10_000;

  private final RegisterState state = new RegisterState();
  private final Journal journal;
  private final SequencedSet<ActorRef<OwnershipChange>> watchers = new LinkedHashSet<>();

  private Register(ActorContext<RegisterCommand> context, Journal journal) throws IOException {
    super(context);
    this.journal = journal;
    journal.load().forEach(state::apply);
  }

  public static Behavior<RegisterCommand> create(Journal journal) {
    return Behaviors.setup(context -> open(context, journal));
  }

  private static Register open(ActorContext<RegisterCommand> context, Journal journal) {
    try {
      return new Register(context, journal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Behavior<RegisterCommand> onMessage(RegisterCommand message) throws IOException {
    switch (message) {
      case CompareAndSwap swap -> onSwap(swap);
      case GetOwnership(var uuid, var replyTo) ->
          replyTo.tell(new OwnershipFound(state.ownership(uuid)));
      case ListOwnerships(var replyTo) ->
          replyTo.tell(new Ownerships(List.copyOf(state.ownerships())));
      case WatchOwnerships(var watcher) -> onWatch(watcher);
      case AnnounceHost announcement -> onAnnounce(announcement);
      case ListHosts(var replyTo) ->
          replyTo.tell(new Hosts(List.copyOf(state.hosts()), state.former()));
      case ClaimFormation claim -> onClaim(claim);
      case WatcherEnded(var watcher) -> watchers.remove(watcher);
    }
    return this;
  }

  private void onSwap(CompareAndSwap swap) throws IOException {
    Optional<RegisterEntry> entry =
        state.decideSwap(swap.uuid(), swap.expectedEpoch(), swap.next());
    if (entry.isEmpty()) {
      swap.replyTo().tell(new Conflict(state.ownership(swap.uuid())));
    } else if (state.isFullFor(swap.uuid())) {
      swap.replyTo()
          .tell(
              new RegisterFull(
                  "the register holds its limit of " + RegisterState.MAX_OWNERSHIPS + " domains"));
    } else {
      commit(entry.get());
      announceChange(swap.uuid());
      swap.replyTo().tell(new Swapped(state.ownership(swap.uuid())));
    }
  }

  private void announceChange(UUID uuid) {
    OwnershipChange change =
        state
            .ownership(uuid)
            .<OwnershipChange>map(OwnershipChange.Put::new)
            .orElseGet(() -> new OwnershipChange.Removed(uuid));
    watchers.forEach(watcher -> watcher.tell(change));
  }

  private void onWatch(ActorRef<OwnershipChange> watcher) {
    getContext().watchWith(watcher, new WatcherEnded(watcher));
    watcher.tell(new OwnershipChange.Restarted());
    state.ownerships().forEach(o -> watcher.tell(new OwnershipChange.Put(o)));
    watcher.tell(new OwnershipChange.CaughtUp());
    watchers.add(watcher);
  }

  private void onAnnounce(AnnounceHost announcement) throws IOException {
    if (state.isFullFor(announcement.host())) {
      announcement
          .replyTo()
          .tell(
              new RegisterFull(
                  "the register holds its limit of " + RegisterState.MAX_HOSTS + " hosts"));
      return;
    }
    RegisterEntry.HostAnnounced entry = state.decideAnnouncement(announcement.host());
    commit(entry);
    announcement.replyTo().tell(new Announced(entry.host()));
  }

  private void onClaim(ClaimFormation claim) throws IOException {
    Optional<RegisterEntry> entry = state.decideClaim(claim.expectedFormer(), claim.former());
    if (entry.isPresent()) {
      commit(entry.get());
    }
    claim
        .replyTo()
        .tell(
            entry.isPresent()
                ? new FormationClaimed(state.former())
                : new FormationHeld(state.former()));
  }

  private void commit(RegisterEntry entry) throws IOException {
    journal.append(entry);
    state.apply(entry);
    if (journal.entryCount() >= COMPACT_AFTER + state.size()) {
      journal.compact(state.snapshot());
    }
  }
}
