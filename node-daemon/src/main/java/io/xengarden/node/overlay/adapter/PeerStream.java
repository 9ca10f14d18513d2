package io.xengarden.node.overlay.adapter;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.xengarden.network.OverlayLink;
import io.xengarden.network.OverlayLink.OverlayFrame;
import io.xengarden.proto.v1.FrameBatch;
import io.xengarden.proto.v1.OverlayGrpc;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * The way to one other host: a bounded queue, and a stream that takes from it in batches while the
 * transport is ready. Everything but {@link #offer} happens on the one thread of the event loop. A
 * stream that breaks is opened again a moment later; what waits then is lost.
 */
final class PeerStream {
  /** Frames in one message. */
  static final int MAX_BATCH = 64;

  /** Between the end of a stream and the next attempt. */
  static final long RETRY_MS = 500;

  private static final long KEEP_ALIVE_SECONDS = 10;
  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 3;

  private final String self;
  private final String address;
  private final EventLoopGroup loop;
  private final LongAdder dropped;
  private final ManagedChannel channel;
  private final BlockingQueue<OverlayFrame> queue =
      new ArrayBlockingQueue<>(OverlayLink.MAX_QUEUED);

  /** A turn of {@link #pump} is due. */
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private volatile boolean closed;
  private ClientCallStreamObserver<FrameBatch> stream;

  PeerStream(String self, String address, EventLoopGroup loop, LongAdder dropped) {
    this.self = self;
    this.address = address;
    this.loop = loop;
    this.dropped = dropped;
    int colon = address.lastIndexOf(':');
    InetSocketAddress at =
        new InetSocketAddress(
            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    this.channel =
        NettyChannelBuilder.forAddress(at)
            .channelType(NioSocketChannel.class, InetSocketAddress.class)
            .eventLoopGroup(loop)
            .directExecutor()
            .usePlaintext()
            .proxyDetector(target -> null)
            .disableRetry()
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .build();
    loop.execute(this::connect);
  }

  String address() {
    return address;
  }

  /** Any thread; false when there is no room. */
  boolean offer(OverlayFrame frame) {
    if (closed || !queue.offer(frame)) {
      return false;
    }
    wake();
    return true;
  }

  private void wake() {
    if (scheduled.compareAndSet(false, true)) {
      loop.execute(this::pump);
    }
  }

  private void connect() {
    if (closed) {
      return;
    }
    OverlayGrpc.newStub(channel)
        .withWaitForReady()
        .carry(
            new ClientResponseObserver<FrameBatch, FrameBatch>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<FrameBatch> started) {
                stream = started;
                started.setOnReadyHandler(PeerStream.this::wake);
              }

              @Override
              public void onNext(FrameBatch nothing) {}

              @Override
              public void onError(Throwable cause) {
                ended();
              }

              @Override
              public void onCompleted() {
                ended();
              }
            });
  }

  private void ended() {
    stream = null;
    dropped.add(queue.size());
    queue.clear();
    if (!closed) {
      loop.schedule(this::connect, RETRY_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void pump() {
    scheduled.set(false);
    while (stream != null && stream.isReady() && !queue.isEmpty()) {
      FrameBatch.Builder batch = FrameBatch.newBuilder().setFromHost(self);
      for (int i = 0; i < MAX_BATCH; i++) {
        OverlayFrame frame = queue.poll();
        if (frame == null) {
          break;
        }
        batch.addFrames(FrameWire.write(frame));
      }
      stream.onNext(batch.build());
    }
  }

  void close() {
    closed = true;
    channel.shutdownNow();
  }
}
