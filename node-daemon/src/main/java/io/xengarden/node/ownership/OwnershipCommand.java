package io.xengarden.node.ownership;

import akka.actor.typed.ActorRef;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.cluster.ClusterView;
import java.util.Optional;
import java.util.UUID;

/** What a host asks of the one who speaks to the register for it. */
public sealed interface OwnershipCommand {

  // ---- requests ----

  /**
   * Announces the host and removes what its earlier incarnations owned; answered when both are
   * done, however long the array is away. Once.
   */
  record Join(HostRecord.Addresses addresses, ActorRef<Joined> replyTo)
      implements OwnershipCommand {}

  /** Who this host is to the register. */
  record Identify(ActorRef<Identity> replyTo) implements OwnershipCommand {}

  /** Absent to me. From the answer {@link Claimed} on the record is held. */
  record Claim(UUID uuid, Ownership.Description domain, ActorRef<ClaimAnswer> replyTo)
      implements OwnershipCommand {}

  /**
   * The domain is gone: its record is removed, again and again until the array has answered. The
   * reply comes after the first attempt.
   */
  record Release(Ownership held, ActorRef<ReleaseAnswer> replyTo) implements OwnershipCommand {}

  /** A record that came to this host by another's word: a migration's, or under a new epoch. */
  record Hold(Ownership ownership) implements OwnershipCommand {}

  /** The record is somebody else's business from here on: nothing is removed, no loss reported. */
  record LetGo(UUID uuid) implements OwnershipCommand {}

  /** The operator's word that a lost domain is dead. */
  record Forget(UUID uuid, ActorRef<ForgetAnswer> replyTo) implements OwnershipCommand {}

  // ---- answers ----

  record Joined(HostRecord self) {}

  /**
   * @param self empty before the register has answered
   */
  record Identity(Optional<HostRecord> self) {}

  sealed interface ClaimAnswer {}

  sealed interface ReleaseAnswer {}

  sealed interface ForgetAnswer {}

  record Claimed(Ownership ownership) implements ClaimAnswer {}

  /**
   * @param lost its owner is not Up, as far as this host knows
   */
  record AlreadyOwned(Ownership current, boolean lost) implements ClaimAnswer {}

  /** A limit is reached, or the host has not joined. */
  record NotNow(String why) implements ClaimAnswer {}

  record Released() implements ReleaseAnswer {}

  /** The array is away; the removal is tried again until it answers. */
  record ReleasePending(String why) implements ReleaseAnswer {}

  record Forgotten(Ownership last) implements ForgetAnswer {}

  record NoSuchRecord() implements ForgetAnswer {}

  record OwnerIsUp(Ownership current) implements ForgetAnswer {}

  /** The array does not answer: what was asked has not been done, as far as anybody can say. */
  record ArrayAway(String why) implements ClaimAnswer, ForgetAnswer {}

  // ---- private to the actor ----

  record AnnouncementAnswered(RegisterCommand.AnnouncementAnswer answer)
      implements OwnershipCommand {}

  /** The answer to one compare-and-swap, and what it was for. */
  record SwapAnswered(Errand errand, RegisterCommand.SwapAnswer answer)
      implements OwnershipCommand {}

  record RecordSeen(Ownership held, RegisterCommand.OwnershipAnswer answer)
      implements OwnershipCommand {}

  record RegisterChanged(RegisterCommand.OwnershipChange change) implements OwnershipCommand {}

  record ViewSeen(ClusterView view) implements OwnershipCommand {}

  enum Timer implements OwnershipCommand {
    ANNOUNCE,
    SWEEP
  }
}
