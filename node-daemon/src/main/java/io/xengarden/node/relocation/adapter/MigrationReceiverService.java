package io.xengarden.node.relocation.adapter;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.relocation.migration.LinkEvent;
import io.xengarden.node.relocation.migration.MigrationLinks.Incoming;
import io.xengarden.proto.v1.MigrationFrame;
import io.xengarden.proto.v1.MigrationReceiverGrpc;
import io.xengarden.proto.v1.MigrationReply;
import java.util.function.Consumer;

/** Where other hosts' migrations arrive. Nothing is read from a stream before somebody listens. */
public final class MigrationReceiverService
    extends MigrationReceiverGrpc.MigrationReceiverImplBase {
  private final Consumer<Incoming> arrivals;

  /**
   * @param arrivals told of each stream, on a thread of gRPC
   */
  public MigrationReceiverService(Consumer<Incoming> arrivals) {
    this.arrivals = arrivals;
  }

  @Override
  public StreamObserver<MigrationFrame> receive(StreamObserver<MigrationReply> replies) {
    ServerCallStreamObserver<MigrationReply> call =
        (ServerCallStreamObserver<MigrationReply>) replies;
    call.disableAutoRequest();
    Stream stream = new Stream(call);
    call.setOnReadyHandler(() -> stream.hear(new LinkEvent.HasRoom<>()));
    call.setOnCancelHandler(() -> stream.hear(new LinkEvent.Broken<>("the source is gone")));
    arrivals.accept(stream);
    return stream;
  }

  private static final class Stream implements Incoming, StreamObserver<MigrationFrame> {
    private final ServerCallStreamObserver<MigrationReply> call;
    private final StreamEnd<MigrationReply> end;
    private Consumer<LinkEvent<MigrationFrame>> listener;
    private LinkEvent<MigrationFrame> early;

    Stream(ServerCallStreamObserver<MigrationReply> call) {
      this.call = call;
      this.end = new StreamEnd<>(call, () -> {});
    }

    @Override
    public synchronized void listen(Consumer<LinkEvent<MigrationFrame>> heard) {
      listener = heard;
      if (early != null) {
        heard.accept(early);
      }
      call.request(1);
    }

    @Override
    public void send(MigrationReply message) {
      end.send(message);
    }

    @Override
    public boolean isReady() {
      return end.isReady();
    }

    @Override
    public void close() {
      end.close();
    }

    @Override
    public void onNext(MigrationFrame frame) {
      hear(new LinkEvent.Received<>(frame));
      call.request(1);
    }

    @Override
    public void onError(Throwable error) {
      hear(new LinkEvent.Broken<>(Status.fromThrowable(error).toString()));
    }

    @Override
    public void onCompleted() {
      hear(new LinkEvent.Broken<>("the source ended the stream"));
    }

    /** Before anybody listens only a break can come, and it must not be lost. */
    synchronized void hear(LinkEvent<MigrationFrame> event) {
      if (!end.isOpen()) {
        return;
      }
      if (listener != null) {
        listener.accept(event);
      } else if (event instanceof LinkEvent.Broken<MigrationFrame>) {
        early = event;
      }
    }
  }
}
