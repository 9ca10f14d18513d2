package io.xengarden.storage.blkback;

import io.xengarden.abi.EventSink;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where image threads leave what they have done: a stack without a lock and without garbage, linked
 * through {@link Transfer#next}. Only the first since the last {@link #takeAll} wakes the owner, so
 * many completions are one turn.
 */
final class Completions {
  private final AtomicReference<Transfer> last = new AtomicReference<>();
  private final EventSink owner;

  Completions(EventSink owner) {
    this.owner = owner;
  }

  /** From any thread; the transfer is the owner's from here on. */
  void add(Transfer transfer) {
    Transfer before;
    do {
      before = last.get();
      transfer.next = before;
    } while (!last.compareAndSet(before, transfer));
    if (before == null) {
      owner.raise();
    }
  }

  /** Everything so far, first completed first, linked; null when there is nothing. Owner only. */
  Transfer takeAll() {
    Transfer newest = last.get() == null ? null : last.getAndSet(null);
    Transfer first = null;
    while (newest != null) {
      Transfer before = newest.next;
      newest.next = first;
      first = newest;
      newest = before;
    }
    return first;
  }
}
