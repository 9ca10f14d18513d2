package io.xengarden.node.relocation.adapter;

import io.grpc.stub.CallStreamObserver;
import io.xengarden.node.relocation.migration.MigrationLink;

/** What one end of a migration's gRPC stream says. A send into a broken stream is dropped. */
final class StreamEnd<M> implements MigrationLink<M> {
  private final CallStreamObserver<M> out;
  private final Runnable closed;
  private volatile boolean open = true;

  /**
   * @param closed called once, when this end has closed the stream
   */
  StreamEnd(CallStreamObserver<M> out, Runnable closed) {
    this.out = out;
    this.closed = closed;
  }

  @Override
  public void send(M message) {
    if (open) {
      attempt(() -> out.onNext(message));
    }
  }

  @Override
  public boolean isReady() {
    return open && out.isReady();
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      attempt(out::onCompleted);
      closed.run();
    }
  }

  boolean isOpen() {
    return open;
  }

  /** The stream broke: its break is heard as an event, not as an exception of a send. */
  private static void attempt(Runnable call) {
    try {
      call.run();
    } catch (IllegalStateException | io.grpc.StatusRuntimeException broken) {
      // The observer's onError or the cancel handler says so.
    }
  }
}
