package io.xengarden.network;

import akka.actor.typed.ActorRef;
import io.xengarden.network.VifBackendCommand.Close;
import io.xengarden.network.VifBackendCommand.Quiesce;
import io.xengarden.network.VifBackendCommand.VifClosed;
import io.xengarden.network.VifBackendCommand.VifQuiesced;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Commands that wait for a state in which they can be obeyed, and the answers to them. */
final class VifCommands {
  static final int MAX_WAITING = 64;

  private final VifSetup setup;
  private final Deque<VifBackendCommand> waiting = new ArrayDeque<>();

  VifCommands(VifSetup setup) {
    this.setup = setup;
  }

  void defer(VifBackendCommand command) {
    if (waiting.size() == MAX_WAITING) {
      throw new IllegalStateException("more than " + MAX_WAITING + " commands wait");
    }
    waiting.add(command);
  }

  /** The one that waits longest, or null. */
  VifBackendCommand next() {
    return waiting.poll();
  }

  /** The backend ends: it is quiet, and it is closed. */
  void answerAll() {
    for (VifBackendCommand command : waiting) {
      switch (command) {
        case Quiesce(var replyTo) -> quiesced(List.of(replyTo));
        case Close(var replyTo) -> closed(List.of(replyTo));
        default -> {}
      }
    }
    waiting.clear();
  }

  void quiesced(List<ActorRef<VifQuiesced>> askers) {
    askers.forEach(asker -> asker.tell(new VifQuiesced(setup.frontend(), setup.devid())));
  }

  void closed(List<ActorRef<VifClosed>> askers) {
    askers.forEach(asker -> asker.tell(new VifClosed(setup.frontend(), setup.devid())));
  }
}
