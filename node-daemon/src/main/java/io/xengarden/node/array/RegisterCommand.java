package io.xengarden.node.array;

import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What the register is asked. Legal at any time; every answer is given after it is durable. Hosts
 * hold an {@code ActorRef<RegisterCommand>}: the register itself, or who stands for it at the end
 * of a wire and answers {@link Unreachable} when the wire does not.
 */
public sealed interface RegisterCommand {
  /**
   * @param expectedEpoch 0: there is no record
   * @param next the new record, its epoch ignored; empty removes the record
   */
  record CompareAndSwap(
      UUID uuid, long expectedEpoch, Optional<Ownership> next, ActorRef<SwapAnswer> replyTo)
      implements RegisterCommand {}

  record GetOwnership(UUID uuid, ActorRef<OwnershipAnswer> replyTo) implements RegisterCommand {}

  record ListOwnerships(ActorRef<ListAnswer> replyTo) implements RegisterCommand {}

  /** Sends the whole register, then {@code CaughtUp}, then each change, until the watcher ends. */
  record WatchOwnerships(ActorRef<OwnershipChange> watcher) implements RegisterCommand {}

  record AnnounceHost(HostRecord host, ActorRef<AnnouncementAnswer> replyTo)
      implements RegisterCommand {}

  record ListHosts(ActorRef<HostsAnswer> replyTo) implements RegisterCommand {}

  record ClaimFormation(String expectedFormer, String former, ActorRef<FormationAnswer> replyTo)
      implements RegisterCommand {}

  /** A watcher is gone. */
  record WatcherEnded(ActorRef<OwnershipChange> watcher) implements RegisterCommand {}

  sealed interface SwapAnswer {}

  sealed interface OwnershipAnswer {}

  sealed interface ListAnswer {}

  sealed interface AnnouncementAnswer {}

  sealed interface HostsAnswer {}

  sealed interface FormationAnswer {}

  /** It took effect, durably; {@code current} is empty when the record was removed. */
  record Swapped(Optional<Ownership> current) implements SwapAnswer {}

  /** Another record stands in the way, or none does; nothing changed. */
  record Conflict(Optional<Ownership> current) implements SwapAnswer {}

  /** A limit of the register is reached; nothing changed. */
  record RegisterFull(String why) implements SwapAnswer, AnnouncementAnswer {}

  record OwnershipFound(Optional<Ownership> ownership) implements OwnershipAnswer {}

  record Ownerships(List<Ownership> ownerships) implements ListAnswer {}

  /** The record under its new incarnation. */
  record Announced(HostRecord host) implements AnnouncementAnswer {}

  record Hosts(List<HostRecord> hosts, String former) implements HostsAnswer {}

  record FormationClaimed(String former) implements FormationAnswer {}

  /** Somebody else may form the cluster. */
  record FormationHeld(String former) implements FormationAnswer {}

  /** No answer came: whether the call took effect is unknown. Never said by the register itself. */
  record Unreachable(String why)
      implements SwapAnswer,
          OwnershipAnswer,
          ListAnswer,
          AnnouncementAnswer,
          HostsAnswer,
          FormationAnswer {}

  /** The register as watchers see it. */
  sealed interface OwnershipChange {
    /** The whole register follows: forget what was known. */
    record Restarted() implements OwnershipChange {}

    record Put(Ownership ownership) implements OwnershipChange {}

    record Removed(UUID uuid) implements OwnershipChange {}

    record CaughtUp() implements OwnershipChange {}

    /** What is known is no longer kept up to date; {@link Restarted} follows one day. */
    record Disconnected() implements OwnershipChange {}
  }
}
