package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.abi.Domid;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.node.relocation.RelocationCommand;
import io.xengarden.node.relocation.RelocationUpdate;
import io.xengarden.node.relocation.migration.MigrationOrder;
import io.xengarden.node.relocation.migration.MigrationOrder.Option;
import io.xengarden.node.relocation.save.RestoreFlow;
import io.xengarden.node.relocation.save.SaveFlow;
import io.xengarden.node.toolstack.RelocationRequest.AskAbort;
import io.xengarden.node.toolstack.ToolstackCommand;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackCommand.Relocate;
import io.xengarden.proto.v1.AbortMigrationRequest;
import io.xengarden.proto.v1.AbortMigrationResponse;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.MigrateDomainRequest;
import io.xengarden.proto.v1.RelocationGrpc;
import io.xengarden.proto.v1.RelocationProgress;
import io.xengarden.proto.v1.RestoreDomainRequest;
import io.xengarden.proto.v1.SaveDomainRequest;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Save, restore and migration over gRPC. They go on when their caller vanishes. */
final class RelocationService extends RelocationGrpc.RelocationImplBase {
  /** Giving up includes the other host's cleaning. */
  private static final Duration ABORT_LIMIT = Duration.ofSeconds(60);

  private final Calls calls;
  private final ActorRef<RelocationCommand> relocation;
  private final ActorRef<ToolstackCommand> toolstack;

  RelocationService(Calls calls, HostActors host) {
    this.calls = calls;
    this.relocation = host.relocation();
    this.toolstack = host.toolstack();
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

  @Override
  public void migrateDomain(
      MigrateDomainRequest request, StreamObserver<RelocationProgress> observer) {
    Set<Option> options = EnumSet.noneOf(Option.class);
    if (request.getLive()) {
      options.add(Option.LIVE);
    }
    if (request.getPaused()) {
      options.add(Option.PAUSED);
    }
    if (request.getDebug()) {
      options.add(Option.DEBUG);
    }
    MigrationOrder order =
        new MigrationOrder(request.getDomain(), request.getTargetHost(), options);
    start(observer, replyTo -> relocation.tell(new RelocationCommand.Migrate(order, replyTo)));
  }

  @Override
  public void abortMigration(
      AbortMigrationRequest request, StreamObserver<AbortMigrationResponse> observer) {
    calls.<Domid, AbortMigrationResponse>answer(
        observer,
        ABORT_LIMIT,
        replyTo -> toolstack.tell(new Relocate(new AskAbort(request.getDomain(), replyTo))),
        _ -> AbortMigrationResponse.getDefaultInstance());
  }

  private void start(
      StreamObserver<RelocationProgress> observer, Consumer<ActorRef<RelocationUpdate>> order) {
    // Set, so that telling a caller that has vanished is not an error here.
    ((ServerCallStreamObserver<RelocationProgress>) observer).setOnCancelHandler(() -> {});
    calls.start(RelocationStream.create(order, observer));
  }
}
