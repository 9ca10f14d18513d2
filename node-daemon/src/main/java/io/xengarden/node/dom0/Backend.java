package io.xengarden.node.dom0;

import akka.actor.typed.ActorRef;
import io.xengarden.network.VifBackendCommand;
import io.xengarden.network.VifBackendCommand.VifQuiesced;
import io.xengarden.storage.VbdBackendCommand;
import io.xengarden.storage.VbdBackendCommand.VbdQuiesced;

/** A backend's actor, of whatever kind: what dom0 says to each of them. */
sealed interface Backend {
  ActorRef<?> actor();

  /** Has it stand still; it tells {@code replyTo} with its own kind's answer. */
  void quiesce(ActorRef<Object> replyTo);

  /** Has it serve its guest again. */
  void resume();

  record OfVbd(ActorRef<VbdBackendCommand> actor) implements Backend {
    @Override
    public void quiesce(ActorRef<Object> replyTo) {
      actor.tell(new VbdBackendCommand.Quiesce(replyTo.<VbdQuiesced>narrow()));
    }

    @Override
    public void resume() {
      actor.tell(new VbdBackendCommand.Continue());
    }
  }

  record OfVif(ActorRef<VifBackendCommand> actor) implements Backend {
    @Override
    public void quiesce(ActorRef<Object> replyTo) {
      actor.tell(new VifBackendCommand.Quiesce(replyTo.<VifQuiesced>narrow()));
    }

    @Override
    public void resume() {
      actor.tell(new VifBackendCommand.Continue());
    }
  }
}
