package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import io.xengarden.node.console.RunFeed.RunEnded;
import io.xengarden.node.console.RunFeed.RunFailed;
import io.xengarden.node.console.RunFeed.RunOutput;

/** One {@code run}: its client, and what of its output the client has not taken yet. */
final class CommandRun {
  /** Output kept for a client that does not read; beyond it the run is told as failed. */
  static final int MAX_BACKLOG = 1 << 20;

  private final ShellCommand command;
  private final ActorRef<RunFeed> client;
  private final String nonce;
  private final RunTranscript transcript;
  private final ConsoleBuffer backlog = new ConsoleBuffer(MAX_BACKLOG);
  private long taken;
  private boolean clientAsks = true;
  private RunFeed last;
  private boolean toldLast;

  CommandRun(ShellCommand command, ActorRef<RunFeed> client, String nonce) {
    this.command = command;
    this.client = client;
    this.nonce = nonce;
    this.transcript = new RunTranscript(nonce);
  }

  ActorRef<RunFeed> client() {
    return client;
  }

  String typedLine() {
    return RunTranscript.typedLine(nonce, command.text());
  }

  /** The guest runs the command. */
  boolean hasBegun() {
    return transcript.hasBegun();
  }

  /** Takes console output in; whether the command ended with it. */
  boolean feed(byte[] output) {
    backlog.append(transcript.feed(output));
    transcript.exitStatus().ifPresent(status -> last = new RunEnded(status));
    deliver();
    return last != null;
  }

  /** Over; the client is told behind the output that it has not taken yet. */
  void end(RunFeed how) {
    last = how;
    deliver();
  }

  /** Nobody will be here to be asked: the client is told everything at once. */
  void endAtOnce(RunFeed unlessOver) {
    while (backlog.end() > taken && isComplete()) {
      tellOutput();
    }
    if (last == null) {
      last = unlessOver;
    }
    tellLast();
  }

  void clientAsksForMore() {
    clientAsks = true;
    deliver();
  }

  boolean isOver() {
    return last != null;
  }

  /** The client has been told everything. */
  boolean isDelivered() {
    return toldLast;
  }

  private void deliver() {
    if (!clientAsks) {
      return;
    }
    if (backlog.end() > taken && isComplete()) {
      tellOutput();
    } else if (last != null && !toldLast) {
      tellLast();
    }
  }

  /** Nothing was forgotten because the client did not read. */
  private boolean isComplete() {
    return backlog.start() <= taken;
  }

  private void tellOutput() {
    byte[] output = backlog.read(taken, DomainConsole.MAX_CHUNK);
    taken += output.length;
    backlog.forgetBefore(taken);
    clientAsks = false;
    client.tell(new RunOutput(output));
  }

  private void tellLast() {
    clientAsks = false;
    toldLast = true;
    client.tell(
        isComplete()
            ? last
            : new RunFailed("output lost: over " + MAX_BACKLOG + " bytes of it were not read"));
  }
}
