package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.relocation.RelocationCommand;
import io.xengarden.node.relocation.RelocationUpdate;
import io.xengarden.node.relocation.save.RestoreFlow;
import io.xengarden.node.relocation.save.SaveFlow;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.RelocationGrpc;
import io.xengarden.proto.v1.RelocationProgress;
import io.xengarden.proto.v1.RestoreDomainRequest;
import io.xengarden.proto.v1.SaveDomainRequest;
import java.util.Optional;
import java.util.function.Consumer;

/** Save, restore and migration over gRPC. They go on when their caller vanishes. */
final class RelocationService extends RelocationGrpc.RelocationImplBase {
  private final Calls calls;
  private final ActorRef<RelocationCommand> relocation;

  RelocationService(Calls calls, ActorRef<RelocationCommand> relocation) {
    this.calls = calls;
    this.relocation = relocation;
  }

  @Override
  public void saveDomain(SaveDomainRequest request, StreamObserver<RelocationProgress> observer) {
    SaveFlow.Order order =
        new SaveFlow.Order(request.getDomain(), request.getFile(), request.getAfter());
    start(observer, replyTo -> relocation.tell(new RelocationCommand.Save(order, replyTo)));
  }

  @Override
  public void restoreDomain(
      RestoreDomainRequest request, StreamObserver<RelocationProgress> observer) {
    InitialState state = request.getPaused() ? InitialState.PAUSED : InitialState.RUNNING;
    Optional<DomainConfig> config =
        request.hasConfig() ? Optional.of(request.getConfig()) : Optional.empty();
    RestoreFlow.Order order = new RestoreFlow.Order(request.getFile(), state, config);
    start(observer, replyTo -> relocation.tell(new RelocationCommand.Restore(order, replyTo)));
  }

  private void start(
      StreamObserver<RelocationProgress> observer, Consumer<ActorRef<RelocationUpdate>> order) {
    // Set, so that telling a caller that has vanished is not an error here.
    ((ServerCallStreamObserver<RelocationProgress>) observer).setOnCancelHandler(() -> {});
    calls.start(RelocationStream.create(order, observer));
  }
}
