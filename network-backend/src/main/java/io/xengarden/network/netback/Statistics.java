package io.xengarden.network.netback;

import io.xengarden.network.VifCounters;
import java.util.concurrent.atomic.LongAdder;

/** What one interface has done, over all its connections. Written by its owner. */
public final class Statistics {
  long txPackets;
  long txBytes;
  long txErrors;
  long rxPackets;
  long rxBytes;
  long rxErrors;

  /** Also by those who found the backlog full. */
  final LongAdder rxDropped = new LongAdder();

  /** A frame for the guest was dropped. Any thread. */
  public void dropped(long frames) {
    rxDropped.add(frames);
  }

  public VifCounters counters() {
    return new VifCounters(
        txPackets, txBytes, txErrors, rxPackets, rxBytes, rxErrors, rxDropped.sum());
  }
}
