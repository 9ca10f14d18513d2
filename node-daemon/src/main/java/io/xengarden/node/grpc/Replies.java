package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.Outcome.Refused;
import io.xengarden.node.toolstack.ToolstackErrors;
import java.time.Duration;
import java.util.function.Function;

/** An outcome of the toolstack as a message of the actor that waits for it. */
final class Replies {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private Replies() {}

  /** Where the toolstack answers to; without an answer in time, a refusal that says so. */
  static <T, M> ActorRef<Outcome<T>> to(ActorContext<M> context, Function<Outcome<T>, M> message) {
    ActorRef<M> self = context.getSelf();
    return context.spawnAnonymous(
        OneReply.<Outcome<T>>create(
            LIMIT,
            outcome -> self.tell(message.apply(outcome)),
            () ->
                self.tell(
                    message.apply(
                        new Refused<>(ToolstackErrors.failed("the toolstack does not answer"))))));
  }
}
