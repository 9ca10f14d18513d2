package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import java.io.IOException;

/** One domain's console. What comes before it is open waits until then. */
public sealed interface DomainConsoleCommand {

  /** Sends what nobody has read yet, then what comes. */
  record Attach(ActorRef<ConsoleFeed> replyTo) implements DomainConsoleCommand {}

  /** The client has dealt with the last message. */
  record More(ActorRef<ConsoleFeed> client) implements DomainConsoleCommand {}

  record Detach(ActorRef<ConsoleFeed> client) implements DomainConsoleCommand {}

  /** Keys for the guest. Answered when they are accepted: the next ones come after that. */
  record Type(byte[] keys, ActorRef<KeysAccepted> replyTo) implements DomainConsoleCommand {}

  /** Runs one command in the guest's shell; commands run one after another. */
  record Run(ShellCommand command, ActorRef<RunFeed> replyTo) implements DomainConsoleCommand {}

  record MoreOfRun(ActorRef<RunFeed> client) implements DomainConsoleCommand {}

  /** The client does not want it any more: types ^C if it runs. */
  record CancelRun(ActorRef<RunFeed> client) implements DomainConsoleCommand {}

  /** The domain leaves: lets go of its page and port. */
  record Close(ActorRef<ConsoleClosed> replyTo) implements DomainConsoleCommand {}

  record KeysAccepted() {}

  record ConsoleClosed() {}

  // ---- private to the console ----

  record GrantsAnswered(GrantsReply reply) implements DomainConsoleCommand {}

  record BindAnswered(BindReply reply) implements DomainConsoleCommand {}

  /** The guest rang. */
  record Rang() implements DomainConsoleCommand {}

  /** The window in which events are counted is over. */
  record WindowOver() implements DomainConsoleCommand {}

  record Logged(int bytes, IOException failure) implements DomainConsoleCommand {}

  record ClientGone(ActorRef<ConsoleFeed> client) implements DomainConsoleCommand {}

  record PromptOverdue(ActorRef<RunFeed> client) implements DomainConsoleCommand {}

  record AskForPrompt() implements DomainConsoleCommand {}
}
