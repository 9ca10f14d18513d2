package io.xengarden.hypervisor.evtchn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class EventInboxProperties {
  @Property(tries = 200)
  void anInboxHandsOverEachRaisedPortOnceLowestFirst(
      @ForAll List<@IntRange(max = 4095) Integer> raised) {
    EventInbox inbox = new EventInbox(4096);
    raised.forEach(inbox::raise);
    List<Integer> drained = new ArrayList<>();
    inbox.drain(drained::add);
    assertThat(drained).isEqualTo(raised.stream().distinct().sorted().toList());
    assertThat(inbox.hasAttention()).isFalse();
    inbox.drain(port -> assertThat(port).as("drained twice").isNegative());
  }
}
