package io.xengarden.node.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.proto.v1.ToolstackError;

/**
 * The way out of a streaming call, used on one actor's turn. What produces is asked for more only
 * when the transport has room: a client that does not read costs one message of memory.
 */
final class Outlet<R> {
  private final ServerCallStreamObserver<R> call;
  private final Runnable askForMore;
  private boolean waitsForRoom;

  /**
   * @param askForMore asks the producer for the next message
   */
  Outlet(StreamObserver<R> observer, Runnable askForMore) {
    this.call = (ServerCallStreamObserver<R>) observer;
    this.askForMore = askForMore;
  }

  void send(R message) {
    call.onNext(message);
    if (call.isReady()) {
      askForMore.run();
    } else {
      waitsForRoom = true;
    }
  }

  /** The last message may be sent without asking for more. */
  void sendLast(R message) {
    call.onNext(message);
    complete();
  }

  /** The transport has room. */
  void hasRoom() {
    if (waitsForRoom && call.isReady()) {
      waitsForRoom = false;
      askForMore.run();
    }
  }

  void complete() {
    call.onCompleted();
  }

  void fail(ToolstackError error) {
    call.onError(RichErrors.of(error));
  }
}
