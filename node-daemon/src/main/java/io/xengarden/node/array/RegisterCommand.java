package io.xengarden.node.array;

import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the register is asked. Legal at any time; every answer is given after it is durable. */
public sealed interface RegisterCommand {
  /**
   * @param expectedEpoch 0: there is no record
   * @param next the new record, its epoch ignored; empty removes the record
   */
  record CompareAndSwap(
      UUID uuid, long expectedEpoch, Optional<Ownership> next, ActorRef<SwapAnswer> replyTo)
      implements RegisterCommand {}

  record GetOwnership(UUID uuid, ActorRef<Optional<Ownership>> replyTo)
      implements RegisterCommand {}

  record ListOwnerships(ActorRef<Ownerships> replyTo) implements RegisterCommand {}

  /** Sends the whole register, then {@code caughtUp}, then each change, until the watcher ends. */
  record WatchOwnerships(ActorRef<OwnershipChange> watcher) implements RegisterCommand {}

  record AnnounceHost(HostRecord host, ActorRef<AnnouncementAnswer> replyTo)
      implements RegisterCommand {}

  record ListHosts(ActorRef<Hosts> replyTo) implements RegisterCommand {}

  record ClaimFormation(String expectedFormer, String former, ActorRef<FormationAnswer> replyTo)
      implements RegisterCommand {}

  /** A watcher is gone. */
  record WatcherEnded(ActorRef<OwnershipChange> watcher) implements RegisterCommand {}

  sealed interface SwapAnswer {}

  /** It took effect, durably; {@code current} is empty when the record was removed. */
  record Swapped(Optional<Ownership> current) implements SwapAnswer {}

  /** Another record stands in the way, or none does; nothing changed. */
  record Conflict(Optional<Ownership> current) implements SwapAnswer {}

  /** A limit of the register is reached; nothing changed. */
  record RegisterFull(String why) implements SwapAnswer, AnnouncementAnswer {}

  sealed interface AnnouncementAnswer {}

  /** The record under its new incarnation. */
  record Announced(HostRecord host) implements AnnouncementAnswer {}

  record Ownerships(List<Ownership> ownerships) {}

  record Hosts(List<HostRecord> hosts, String former) {}

  record FormationAnswer(boolean claimed, String former) {}

  /** A change as watchers see it. */
  sealed interface OwnershipChange {
    record Put(Ownership ownership) implements OwnershipChange {}

    record Removed(UUID uuid) implements OwnershipChange {}

    record CaughtUp() implements OwnershipChange {}
  }
}
