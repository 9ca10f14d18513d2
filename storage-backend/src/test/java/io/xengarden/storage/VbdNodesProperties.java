package io.xengarden.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.storage.VbdNodes.BadOffer;
import io.xengarden.storage.VbdNodes.RingOffer;
import io.xengarden.storage.VbdNodes.Snapshot;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreValue;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A frontend's nodes may hold any text. */
class VbdNodesProperties {
  private static Snapshot snapshot(String state, String ringRef, String port, String protocol) {
    return VbdNodes.snapshot(
        new BatchDone(
            List.<StoreValue>of(
                new StoreValue.Text("/local/domain/1/device/vbd/51712"),
                new StoreValue.Text("1"),
                new StoreValue.Text("2"),
                new StoreValue.Text(state),
                new StoreValue.Text(ringRef),
                new StoreValue.Text(port),
                new StoreValue.Text(protocol))));
  }

  @Property
  void anOfferIsTwoNumbersOrOneShortLineThatSaysWhatIsWrong(
      @ForAll String state, @ForAll String ringRef, @ForAll String port, @ForAll String protocol) {
    try {
      VbdNodes.offer(snapshot(state, ringRef, port, protocol));
    } catch (BadOffer bad) {
      assertThat(bad.getMessage()).hasSizeLessThan(100).doesNotContainPattern("\\p{Cntrl}");
    }
  }

  @Property
  void everyNumberIsTakenAsItIs(@ForAll int ringRef, @ForAll int port) throws BadOffer {
    String ref = Integer.toUnsignedString(ringRef);
    Snapshot now = snapshot("3", ref, Integer.toUnsignedString(port), VbdNodes.PROTOCOL);
    assertThat(VbdNodes.offer(now)).isEqualTo(new RingOffer(ringRef, port));
  }
}
