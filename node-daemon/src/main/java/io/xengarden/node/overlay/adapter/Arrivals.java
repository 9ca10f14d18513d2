package io.xengarden.node.overlay.adapter;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.xengarden.network.OverlayLink.OverlayInput;
import io.xengarden.proto.v1.FrameBatch;
import io.xengarden.proto.v1.OverlayFrame;
import java.util.concurrent.atomic.LongAdder;

/** What arrives on one stream. A frame that cannot be one is dropped and counted. */
final class Arrivals implements StreamObserver<FrameBatch> {
  private static final int MAX_NAME = 64;

  private final StreamObserver<FrameBatch> out;
  private final OverlayInput input;
  private final LongAdder refused;
  private String host = "";

  Arrivals(StreamObserver<FrameBatch> out, OverlayInput input, LongAdder refused) {
    this.out = out;
    this.input = input;
    this.refused = refused;
  }

  @Override
  public void onNext(FrameBatch batch) {
    if (host.isEmpty()) {
      host = batch.getFromHost();
      if (host.isEmpty() || host.length() > MAX_NAME) {
        out.onError(
            Status.INVALID_ARGUMENT.withDescription("no name of a host").asRuntimeException());
        host = "?";
        return;
      }
    }
    for (OverlayFrame frame : batch.getFramesList()) {
      FrameWire.read(frame).ifPresentOrElse(read -> input.received(host, read), refused::increment);
    }
  }

  @Override
  public void onError(Throwable cause) {} // the other host is gone, or begins again

  @Override
  public void onCompleted() {
    out.onCompleted();
  }
}
