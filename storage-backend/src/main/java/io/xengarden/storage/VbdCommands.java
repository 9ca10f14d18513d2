package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import io.xengarden.storage.VbdBackendCommand.Close;
import io.xengarden.storage.VbdBackendCommand.Quiesce;
import io.xengarden.storage.VbdBackendCommand.VbdClosed;
import io.xengarden.storage.VbdBackendCommand.VbdQuiesced;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Commands that wait for a state in which they can be obeyed, and the answers to them. */
final class VbdCommands {
  static final int MAX_WAITING = 64;

  private final VbdSetup setup;
  private final Deque<VbdBackendCommand> waiting = new ArrayDeque<>();

  VbdCommands(VbdSetup setup) {
    this.setup = setup;
  }

  void defer(VbdBackendCommand command) {
    if (waiting.size() == MAX_WAITING) {
      throw new IllegalStateException("more than " + MAX_WAITING + " commands wait");
    }
    waiting.add(command);
  }

  /** The one that waits longest, or null. */
  VbdBackendCommand next() {
    return waiting.poll();
  }

  /** The backend ends: it is quiet, and it is closed. */
  void answerAll() {
    for (VbdBackendCommand command : waiting) {
      switch (command) {
        case Quiesce(var replyTo) -> quiesced(List.of(replyTo));
        case Close(var replyTo) -> closed(List.of(replyTo));
        default -> {}
      }
    }
    waiting.clear();
  }

  void quiesced(List<ActorRef<VbdQuiesced>> askers) {
    askers.forEach(asker -> asker.tell(new VbdQuiesced(setup.frontend(), setup.devid())));
  }

  void closed(List<ActorRef<VbdClosed>> askers) {
    askers.forEach(asker -> asker.tell(new VbdClosed(setup.frontend(), setup.devid())));
  }
}
