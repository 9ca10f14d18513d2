package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.node.console.DomainConsoleCommand.ConsoleClosed;

/** What xenconsoled is told by the toolstack, and asked by clients. */
public sealed interface ConsoleDaemonCommand {

  /** Serves a domain's console from now on. */
  record OpenConsole(ConsoleSpec spec, ActorRef<OpenReply> replyTo)
      implements ConsoleDaemonCommand {}

  /** Lets go of a domain's console; answered also when there is none. */
  record CloseConsole(Domid domid, ActorRef<ConsoleClosed> replyTo)
      implements ConsoleDaemonCommand {}

  record FindConsole(Domid domid, ActorRef<FindReply> replyTo) implements ConsoleDaemonCommand {}

  /** A console ended. */
  record ConsoleGone(Domid domid, ActorRef<DomainConsoleCommand> console)
      implements ConsoleDaemonCommand {}

  sealed interface OpenReply {}

  record ConsoleOpened(Domid domid) implements OpenReply {}

  record ConsoleOpenFailed(Domid domid, String why) implements OpenReply {}

  sealed interface FindReply {}

  record ConsoleFound(ActorRef<DomainConsoleCommand> console) implements FindReply {}

  record NoConsole(Domid domid) implements FindReply {}
}
