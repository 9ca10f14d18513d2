package io.xengarden.node.overlay;

import io.xengarden.network.OverlayLink;
import java.util.SortedMap;

/** An overlay link that has to be told where the other hosts are. */
public interface PeerLink extends OverlayLink {
  /**
   * The other hosts, in place of those said before. Any thread; never blocks.
   *
   * @param addresses host:port of each one's gRPC server, by name
   */
  void setPeers(SortedMap<String, String> addresses);

  /** For a host without peers. */
  static PeerLink none() {
    return of(OverlayLink.none());
  }

  /** A link that knows its way by names. */
  static PeerLink of(OverlayLink link) {
    return new PeerLink() {
      @Override
      public void setPeers(SortedMap<String, String> addresses) {}

      @Override
      public void open(OverlayInput input) {
        link.open(input);
      }

      @Override
      public boolean send(String peer, OverlayFrame frame) {
        return link.send(peer, frame);
      }
    };
  }
}
