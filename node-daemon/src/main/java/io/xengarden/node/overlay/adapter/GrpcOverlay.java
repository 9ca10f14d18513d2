package io.xengarden.node.overlay.adapter;

import io.grpc.BindableService;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.overlay.PeerLink;
import io.xengarden.proto.v1.FrameBatch;
import io.xengarden.proto.v1.OverlayGrpc;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A host's overlay link: one {@link PeerStream} to each other host for what is sent, and a gRPC
 * service for what arrives. A frame for a host that is away is dropped and counted.
 */
public final class GrpcOverlay implements PeerLink, AutoCloseable {
  private final String self;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final LongAdder dropped = new LongAdder();
  private final LongAdder refused = new LongAdder();

  /** Replaced as a whole, so that senders need no lock. */
  private volatile Map<String, PeerStream> peers = Map.of();

  private volatile OverlayInput input = (fromHost, frame) -> {};
  private boolean closed;

  /**
   * @param self this host's name
   */
  public GrpcOverlay(String self) {
    this.self = self;
  }

  @Override
  public void open(OverlayInput opened) {
    input = opened;
  }

  @Override
  public boolean send(String peer, OverlayFrame frame) {
    PeerStream stream = peers.get(peer);
    boolean taken = stream != null && stream.offer(frame);
    if (!taken) {
      dropped.increment();
    }
    return taken;
  }

  /** Frames that were not taken, or were thrown away with a broken stream. */
  public long dropped() {
    return dropped.sum();
  }

  /** Frames that arrived and were none. */
  public long refused() {
    return refused.sum();
  }

  @Override
  public synchronized void setPeers(SortedMap<String, String> addresses) {
    if (closed) {
      return;
    }
    Map<String, PeerStream> next = new TreeMap<>();
    addresses.forEach(
        (name, address) -> {
          PeerStream known = peers.get(name);
          if (known != null && known.address().equals(address)) {
            next.put(name, known);
          } else if (!address.isEmpty()) {
            next.put(name, new PeerStream(self, address, loop, dropped));
          }
        });
    Map<String, PeerStream> before = peers;
    peers = next;
    before.values().stream().filter(peer -> !next.containsValue(peer)).forEach(PeerStream::close);
  }

  /** What other hosts call. */
  public BindableService service() {
    return new OverlayGrpc.OverlayImplBase() {
      @Override
      public StreamObserver<FrameBatch> carry(StreamObserver<FrameBatch> out) {
        return new Arrivals(out, (host, frame) -> input.received(host, frame), refused);
      }
    };
  }

  @Override
  public synchronized void close() {
    closed = true;
    peers.values().forEach(PeerStream::close);
    peers = Map.of();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
