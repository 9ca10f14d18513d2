package io.xengarden.node.array.adapter;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.ask.OneReply;
import io.xengarden.proto.v1.CompareAndSwapRequest;
import io.xengarden.proto.v1.CompareAndSwapResponse;
import io.xengarden.proto.v1.GetOwnershipRequest;
import io.xengarden.proto.v1.GetOwnershipResponse;
import io.xengarden.proto.v1.ListOwnershipsRequest;
import io.xengarden.proto.v1.ListOwnershipsResponse;
import io.xengarden.proto.v1.OwnershipChange;
import io.xengarden.proto.v1.OwnershipRegisterGrpc;
import io.xengarden.proto.v1.WatchOwnershipsRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/** The ownership register's gRPC face: checks what comes in, tells the actor, answers once. */
final class ArrayService extends OwnershipRegisterGrpc.OwnershipRegisterImplBase {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  /** Longest owner, name or attempt that a record may carry, in characters. */
  private static final int MAX_TEXT = 256;

  private final Bridge bridge;

  ArrayService(Bridge bridge) {
    this.bridge = bridge;
  }

  @Override
  public void compareAndSwap(
      CompareAndSwapRequest request, StreamObserver<CompareAndSwapResponse> response) {
    try {
      UUID uuid = UUID.fromString(request.getUuid());
      Optional<Ownership> next =
          request.hasNext() ? Optional.of(checked(uuid, request.getNext())) : Optional.empty();
      bridge.<RegisterCommand.SwapAnswer>ask(
          replyTo ->
              new RegisterCommand.CompareAndSwap(uuid, request.getExpectedEpoch(), next, replyTo),
          answer -> answerSwap(answer, response),
          response);
    } catch (IllegalArgumentException e) {
      response.onError(Bridge.invalid(e));
    }
  }

  private static Ownership checked(UUID uuid, io.xengarden.proto.v1.Ownership proposed) {
    Ownership next = Wire.fromProto(proposed);
    if (!next.uuid().equals(uuid)) {
      throw new IllegalArgumentException("the record is for another uuid: " + next.uuid());
    }
    if (next.owner().isEmpty()) {
      throw new IllegalArgumentException("a record needs an owner");
    }
    for (String text : new String[] {next.owner(), next.attempt(), next.domain().name()}) {
      if (text.length() > MAX_TEXT) {
        throw new IllegalArgumentException("longer than " + MAX_TEXT + " characters: a text");
      }
    }
    return next;
  }

  private static void answerSwap(
      RegisterCommand.SwapAnswer answer, StreamObserver<CompareAndSwapResponse> response) {
    switch (answer) {
      case RegisterCommand.Swapped(var current) -> Bridge.finish(swap(true, current), response);
      case RegisterCommand.Conflict(var current) -> Bridge.finish(swap(false, current), response);
      case RegisterCommand.RegisterFull(var why) ->
          response.onError(Status.RESOURCE_EXHAUSTED.withDescription(why).asException());
      case RegisterCommand.Unreachable(var why) -> response.onError(Bridge.unavailable(why));
    }
  }

  private static CompareAndSwapResponse swap(boolean swapped, Optional<Ownership> current) {
    CompareAndSwapResponse.Builder out = CompareAndSwapResponse.newBuilder().setSwapped(swapped);
    current.ifPresent(ownership -> out.setCurrent(Wire.toProto(ownership)));
    return out.build();
  }

  @Override
  public void getOwnership(
      GetOwnershipRequest request, StreamObserver<GetOwnershipResponse> response) {
    try {
      UUID uuid = UUID.fromString(request.getUuid());
      bridge.<RegisterCommand.OwnershipAnswer>ask(
          replyTo -> new RegisterCommand.GetOwnership(uuid, replyTo),
          answer -> {
            switch (answer) {
              case RegisterCommand.OwnershipFound(var found) -> {
                GetOwnershipResponse.Builder out = GetOwnershipResponse.newBuilder();
                found.ifPresent(ownership -> out.setOwnership(Wire.toProto(ownership)));
                Bridge.finish(out.build(), response);
              }
              case RegisterCommand.Unreachable(var why) ->
                  response.onError(Bridge.unavailable(why));
            }
          },
          response);
    } catch (IllegalArgumentException e) {
      response.onError(Bridge.invalid(e));
    }
  }

  @Override
  public void listOwnerships(
      ListOwnershipsRequest request, StreamObserver<ListOwnershipsResponse> response) {
    bridge.<RegisterCommand.ListAnswer>ask(
        RegisterCommand.ListOwnerships::new,
        answer -> {
          switch (answer) {
            case RegisterCommand.Ownerships(var all) ->
                Bridge.finish(
                    ListOwnershipsResponse.newBuilder()
                        .addAllOwnerships(all.stream().map(Wire::toProto).toList())
                        .build(),
                    response);
            case RegisterCommand.Unreachable(var why) -> response.onError(Bridge.unavailable(why));
          }
        },
        response);
  }

  @Override
  public void watchOwnerships(
      WatchOwnershipsRequest request, StreamObserver<OwnershipChange> response) {
    bridge.watch((ServerCallStreamObserver<OwnershipChange>) response);
  }

  /** From gRPC's threads to the register and back. */
  static final class Bridge {
    private final ActorSystem<?> system;
    private final ActorRef<RegisterCommand> register;
    private final AtomicLong calls = new AtomicLong();

    Bridge(ActorSystem<?> system, ActorRef<RegisterCommand> register) {
      this.system = system;
      this.register = register;
    }

    <A> void ask(
        Function<ActorRef<A>, RegisterCommand> command,
        Consumer<A> answered,
        StreamObserver<?> response) {
      ActorRef<A> replyTo =
          system.systemActorOf(
              OneReply.<A>create(
                  ANSWER_LIMIT,
                  answered,
                  () -> response.onError(unavailable("the register does not answer"))),
              "call-" + calls.incrementAndGet(),
              Props.empty());
      register.tell(command.apply(replyTo));
    }

    void watch(ServerCallStreamObserver<OwnershipChange> response) {
      WatchFeed.open(system, "watch-" + calls.incrementAndGet(), register, response);
    }

    static <R> void finish(R answer, StreamObserver<R> response) {
      response.onNext(answer);
      response.onCompleted();
    }

    static Exception unavailable(String why) {
      return Status.UNAVAILABLE.withDescription(why).asException();
    }

    static Exception invalid(IllegalArgumentException e) {
      return Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asException();
    }
  }
}
