package io.xengarden.node.ownership;

import akka.actor.typed.ActorRef;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.ownership.OwnershipCommand.ClaimAnswer;
import io.xengarden.node.ownership.OwnershipCommand.ForgetAnswer;
import io.xengarden.node.ownership.OwnershipCommand.ReleaseAnswer;
import java.util.List;

/** What a compare-and-swap under way is for. */
sealed interface Errand {
  /**
   * @param proposal the record to be, with a new attempt's token
   */
  record Claiming(Ownership proposal, ActorRef<ClaimAnswer> replyTo) implements Errand {}

  /**
   * @param dead the record to remove
   * @param askers who waits for the first answer
   */
  record Removing(Ownership dead, List<ActorRef<ReleaseAnswer>> askers) implements Errand {}

  record Forgetting(Ownership lost, ActorRef<ForgetAnswer> replyTo) implements Errand {}
}
