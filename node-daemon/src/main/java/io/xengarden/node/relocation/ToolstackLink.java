package io.xengarden.node.relocation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.Outcome.Refused;
import io.xengarden.node.toolstack.RelocationRequest;
import io.xengarden.node.toolstack.ToolstackCommand;
import io.xengarden.node.toolstack.ToolstackCommand.Relocate;
import io.xengarden.node.toolstack.ToolstackErrors;
import java.time.Duration;
import java.util.function.Function;

/** The way from a flow to its host's toolstack; every question has an answer in the end. */
public final class ToolstackLink<T> {
  /** For what is answered from memory. */
  public static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

  /** For the end of a domain; longer than a teardown limits itself. */
  public static final Duration TEARDOWN_LIMIT = Duration.ofMinutes(3);

  private final ActorContext<T> context;
  private final ActorRef<ToolstackCommand> toolstack;

  public ToolstackLink(ActorContext<T> context, ActorRef<ToolstackCommand> toolstack) {
    this.context = context;
    this.toolstack = toolstack;
  }

  public void tell(RelocationRequest request) {
    toolstack.tell(new Relocate(request));
  }

  /** The answer comes as a message; one that is overdue comes as a refusal. */
  public <A> void ask(
      Duration limit,
      Function<ActorRef<Outcome<A>>, RelocationRequest> request,
      Function<Outcome<A>, T> message) {
    ActorRef<T> self = context.getSelf();
    ActorRef<Outcome<A>> answer =
        context.spawnAnonymous(
            OneReply.<Outcome<A>>create(
                limit,
                outcome -> self.tell(message.apply(outcome)),
                () -> self.tell(message.apply(new Refused<>(silent())))));
    tell(request.apply(answer));
  }

  private static io.xengarden.proto.v1.ToolstackError silent() {
    return ToolstackErrors.failed("the toolstack does not answer");
  }
}
