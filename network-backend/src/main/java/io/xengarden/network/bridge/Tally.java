package io.xengarden.network.bridge;

import java.util.concurrent.atomic.LongAdder;

/** What a bridge counts, from any thread. */
final class Tally {
  final LongAdder forwarded = new LongAdder();
  final LongAdder flooded = new LongAdder();
  final LongAdder filtered = new LongAdder();
  final LongAdder stale = new LongAdder();
  final LongAdder notOwned = new LongAdder();
  final LongAdder invalid = new LongAdder();
  final LongAdder fromStrangers = new LongAdder();
  final LongAdder overlayDropped = new LongAdder();

  BridgeCounters counters() {
    return new BridgeCounters(
        forwarded.sum(),
        flooded.sum(),
        filtered.sum(),
        stale.sum(),
        notOwned.sum(),
        invalid.sum(),
        fromStrangers.sum(),
        overlayDropped.sum());
  }
}
