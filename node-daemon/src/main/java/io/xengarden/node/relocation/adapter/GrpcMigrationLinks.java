package io.xengarden.node.relocation.adapter;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.relocation.migration.LinkEvent;
import io.xengarden.node.relocation.migration.MigrationLink;
import io.xengarden.node.relocation.migration.MigrationLinks;
import io.xengarden.proto.v1.MigrationFrame;
import io.xengarden.proto.v1.MigrationReceiverGrpc;
import io.xengarden.proto.v1.MigrationReply;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Streams to other hosts over gRPC, each on a connection of its own. */
public final class GrpcMigrationLinks implements MigrationLinks {
  /** A peer that is gone without a word is noticed after at most twice this. */
  private static final long PING_SECONDS = 5;

  @Override
  public MigrationLink<MigrationFrame> open(
      HostRecord target, Consumer<LinkEvent<MigrationReply>> heard) {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(target.addresses().grpc())
            .usePlaintext()
            .directExecutor()
            .disableRetry()
            .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(PING_SECONDS, TimeUnit.SECONDS)
            .build();
    Replies replies = new Replies(channel, heard);
    MigrationReceiverGrpc.newStub(channel).receive(replies);
    return replies.end;
  }

  /** Hears the target, and holds the end that speaks to it. */
  private static final class Replies
      implements ClientResponseObserver<MigrationFrame, MigrationReply> {
    private final ManagedChannel channel;
    private final Consumer<LinkEvent<MigrationReply>> heard;
    private StreamEnd<MigrationFrame> end;

    Replies(ManagedChannel channel, Consumer<LinkEvent<MigrationReply>> heard) {
      this.channel = channel;
      this.heard = heard;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<MigrationFrame> call) {
      end = new StreamEnd<>(call, channel::shutdown);
      call.setOnReadyHandler(() -> hear(new LinkEvent.HasRoom<>()));
    }

    @Override
    public void onNext(MigrationReply reply) {
      hear(new LinkEvent.Received<>(reply));
    }

    @Override
    public void onError(Throwable error) {
      Status status = Status.fromThrowable(error);
      String why = status.getDescription();
      hear(new LinkEvent.Broken<>(why == null ? status.getCode().toString() : why));
      channel.shutdownNow();
    }

    @Override
    public void onCompleted() {
      hear(new LinkEvent.Broken<>("the target ended the stream"));
      channel.shutdown();
    }

    private void hear(LinkEvent<MigrationReply> event) {
      if (end.isOpen()) {
        heard.accept(event);
      }
    }
  }
}
