package io.xengarden.benchmarks;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** An actor system as a host has it, and answers for those who stand outside of it. */
final class Rig implements AutoCloseable {
  private static final long ANSWER_SECONDS = 10;

  private final ActorSystem<Void> system =
      ActorSystem.create(
          Behaviors.empty(),
          "host",
          ConfigFactory.parseString("akka.loglevel = OFF")
              .withFallback(ConfigFactory.load("host")));
  private int spawned;

  <T> ActorRef<T> spawn(Behavior<T> behavior) {
    return system.systemActorOf(behavior, "part-" + spawned++, Props.empty());
  }

  /** One question, one answer. */
  <M, R> R ask(ActorRef<M> whom, Function<ActorRef<R>, M> question) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    Behavior<R> probe =
        Behaviors.receiveMessage(
            message -> {
              answer.complete(message);
              return Behaviors.stopped();
            });
    whom.tell(question.apply(spawn(probe)));
    try {
      return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      throw new IllegalStateException("no answer", e);
    }
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
