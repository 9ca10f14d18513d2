package io.xengarden.node.array.adapter;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.Unreachable;
import io.xengarden.proto.v1.AnnounceHostRequest;
import io.xengarden.proto.v1.AnnounceHostResponse;
import io.xengarden.proto.v1.ClaimFormationRequest;
import io.xengarden.proto.v1.ClaimFormationResponse;
import io.xengarden.proto.v1.ClusterRegistryGrpc;
import io.xengarden.proto.v1.CompareAndSwapRequest;
import io.xengarden.proto.v1.CompareAndSwapResponse;
import io.xengarden.proto.v1.GetOwnershipRequest;
import io.xengarden.proto.v1.ListHostsRequest;
import io.xengarden.proto.v1.ListHostsResponse;
import io.xengarden.proto.v1.ListOwnershipsRequest;
import io.xengarden.proto.v1.OwnershipRegisterGrpc;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Stands for the register in a host: each command is one gRPC call, answered by the array or, at
 * the latest after {@link #CALL_LIMIT}, by {@link Unreachable}. Calls may overtake one another;
 * whoever needs an order waits for the answer.
 */
public final class RegisterProxy extends AbstractOnMessageBehavior<RegisterCommand> {
  /** Longer than an fsync on a bad day, shorter than a person's patience. */
  static final Duration CALL_LIMIT = Duration.ofSeconds(5);

  /** For a call that must connect first; one that has just come back is connected to by then. */
  static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

  private final ManagedChannel array;
  private final OwnershipRegisterGrpc.OwnershipRegisterStub ownerships;
  private final ClusterRegistryGrpc.ClusterRegistryStub hosts;
  private int watches;

  private RegisterProxy(ActorContext<RegisterCommand> context, ManagedChannel array) {
    super(context);
    this.array = array;
    this.ownerships = OwnershipRegisterGrpc.newStub(array);
    this.hosts = ClusterRegistryGrpc.newStub(array);
  }

  /**
   * @param array the channel to the array; the caller closes it
   */
  public static Behavior<RegisterCommand> create(ManagedChannel array) {
    return Behaviors.setup(context -> new RegisterProxy(context, array));
  }

  @Override
  public Behavior<RegisterCommand> onMessage(RegisterCommand message) {
    switch (message) {
      case RegisterCommand.CompareAndSwap swap -> onSwap(swap);
      case RegisterCommand.GetOwnership get -> onGet(get);
      case RegisterCommand.ListOwnerships list -> onList(list);
      case RegisterCommand.WatchOwnerships(var watcher) -> onWatch(watcher);
      case RegisterCommand.AnnounceHost announcement -> onAnnounce(announcement);
      case RegisterCommand.ListHosts list -> onListHosts(list);
      case RegisterCommand.ClaimFormation claim -> onClaim(claim);
      case RegisterCommand.WatcherEnded _ -> {} // each watch ends with its own actor
    }
    return this;
  }

  private void onSwap(RegisterCommand.CompareAndSwap swap) {
    CompareAndSwapRequest.Builder request =
        CompareAndSwapRequest.newBuilder()
            .setUuid(swap.uuid().toString())
            .setExpectedEpoch(swap.expectedEpoch());
    swap.next().ifPresent(next -> request.setNext(Wire.toProto(next)));
    inTime(ownerships)
        .compareAndSwap(
            request.build(),
            answer(swap.replyTo(), RegisterProxy::swapAnswer, RegisterProxy::noSwap));
  }

  private static RegisterCommand.SwapAnswer swapAnswer(CompareAndSwapResponse response) {
    Optional<Ownership> current =
        response.hasCurrent()
            ? Optional.of(Wire.fromProto(response.getCurrent()))
            : Optional.empty();
    return response.getSwapped()
        ? new RegisterCommand.Swapped(current)
        : new RegisterCommand.Conflict(current);
  }

  private void onGet(RegisterCommand.GetOwnership get) {
    inTime(ownerships)
        .getOwnership(
            GetOwnershipRequest.newBuilder().setUuid(get.uuid().toString()).build(),
            answer(
                get.replyTo(),
                response ->
                    new RegisterCommand.OwnershipFound(
                        response.hasOwnership()
                            ? Optional.of(Wire.fromProto(response.getOwnership()))
                            : Optional.empty()),
                RegisterProxy::unreachable));
  }

  private void onList(RegisterCommand.ListOwnerships list) {
    inTime(ownerships)
        .listOwnerships(
            ListOwnershipsRequest.getDefaultInstance(),
            answer(
                list.replyTo(),
                response ->
                    new RegisterCommand.Ownerships(
                        response.getOwnershipsList().stream().map(Wire::fromProto).toList()),
                RegisterProxy::unreachable));
  }

  private void onWatch(ActorRef<RegisterCommand.OwnershipChange> watcher) {
    getContext().spawn(RemoteWatch.create(array, watcher), "watch-" + ++watches);
  }

  private void onAnnounce(RegisterCommand.AnnounceHost announcement) {
    Function<AnnounceHostResponse, RegisterCommand.AnnouncementAnswer> announced =
        response ->
            new RegisterCommand.Announced(
                announcement.host().withIncarnation(response.getIncarnation()));
    inTime(hosts)
        .announceHost(
            AnnounceHostRequest.newBuilder().setHost(Wire.toProto(announcement.host())).build(),
            answer(announcement.replyTo(), announced, RegisterProxy::notAnnounced));
  }

  private void onListHosts(RegisterCommand.ListHosts list) {
    Function<ListHostsResponse, RegisterCommand.HostsAnswer> found =
        response ->
            new RegisterCommand.Hosts(
                response.getHostsList().stream().map(Wire::fromProto).toList(),
                response.getFormer());
    inTime(hosts)
        .listHosts(
            ListHostsRequest.getDefaultInstance(),
            answer(list.replyTo(), found, RegisterProxy::unreachable));
  }

  private void onClaim(RegisterCommand.ClaimFormation claim) {
    Function<ClaimFormationResponse, RegisterCommand.FormationAnswer> decided =
        response ->
            response.getClaimed()
                ? new RegisterCommand.FormationClaimed(response.getFormer())
                : new RegisterCommand.FormationHeld(response.getFormer());
    inTime(hosts)
        .claimFormation(
            ClaimFormationRequest.newBuilder()
                .setExpectedFormer(claim.expectedFormer())
                .setFormer(claim.former())
                .build(),
            answer(claim.replyTo(), decided, RegisterProxy::unreachable));
  }

  /** An array that was away is looked for anew with every call, not when gRPC thinks fit. */
  private <S extends io.grpc.stub.AbstractAsyncStub<S>> S inTime(S stub) {
    boolean connected = array.getState(true) == ConnectivityState.READY;
    array.resetConnectBackoff();
    return stub.withWaitForReady()
        .withDeadlineAfter(
            (connected ? CALL_LIMIT : CONNECT_LIMIT).toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Unreachable unreachable(Status status) {
    return new Unreachable(
        switch (status.getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED -> "it does not answer";
          default -> status.getCode() + ": " + status.getDescription();
        });
  }

  /** A limit reached is the register's own word, not a missing answer. */
  private static RegisterCommand.SwapAnswer noSwap(Status status) {
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
        ? new RegisterCommand.RegisterFull(status.getDescription())
        : unreachable(status);
  }

  private static RegisterCommand.AnnouncementAnswer notAnnounced(Status status) {
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
        ? new RegisterCommand.RegisterFull(status.getDescription())
        : unreachable(status);
  }

  /** Tells the one response, or why none came. */
  private static <R, A> StreamObserver<R> answer(
      ActorRef<A> replyTo, Function<R, ? extends A> read, Function<Status, ? extends A> failed) {
    Consumer<Throwable> fail = error -> replyTo.tell(failed.apply(Status.fromThrowable(error)));
    return new StreamObserver<>() {
      @Override
      public void onNext(R response) {
        try {
          replyTo.tell(read.apply(response));
        } catch (IllegalArgumentException e) {
          fail.accept(e);
        }
      }

      @Override
      public void onError(Throwable error) {
        fail.accept(error);
      }

      @Override
      public void onCompleted() {
        // the answer was told with the response
      }
    };
  }
}
