package io.xengarden.sim;

/** What may run now. Any entry can be taken in constant time; the rest keep nearly their order. */
final class ReadyQueue {
  private Runnable[] ring = new Runnable[64];
  private int head;
  private int size;

  int size() {
    return size;
  }

  void add(Runnable task) {
    if (size == ring.length) {
      grow();
    }
    ring[at(size++)] = task;
  }

  /** Takes the entry at {@code index} places behind the head; the head moves into its place. */
  Runnable take(int index) {
    Runnable taken = ring[at(index)];
    ring[at(index)] = ring[head];
    ring[head] = null;
    head = at(1);
    size--;
    return taken;
  }

  private int at(int index) {
    return (head + index) & (ring.length - 1);
  }

  private void grow() {
    Runnable[] larger = new Runnable[ring.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = ring[at(i)];
    }
    ring = larger;
    head = 0;
  }
}
