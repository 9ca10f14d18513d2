package io.xengarden.hypervisor.gnttab;

/** The pins of one table by gref: a hash table without boxes, for the data path. */
final class Pins {
  private static final int FIRST_BUCKETS = 4;

  private Pin[] buckets = new Pin[FIRST_BUCKETS];
  private int size;

  Pin find(int gref) {
    Pin pin = buckets[gref & (buckets.length - 1)];
    while (pin != null && pin.gref != gref) {
      pin = pin.next;
    }
    return pin;
  }

  void add(Pin pin) {
    if (size == buckets.length) {
      grow();
    }
    link(pin);
    size++;
  }

  private void link(Pin pin) {
    int bucket = pin.gref & (buckets.length - 1);
    pin.next = buckets[bucket];
    buckets[bucket] = pin;
  }

  private void grow() {
    Pin[] old = buckets;
    buckets = new Pin[2 * old.length];
    for (Pin chain : old) {
      for (Pin pin = chain; pin != null; ) {
        Pin next = pin.next;
        link(pin);
        pin = next;
      }
    }
  }

  void remove(Pin pin) {
    int bucket = pin.gref & (buckets.length - 1);
    if (buckets[bucket] == pin) {
      buckets[bucket] = pin.next;
    } else {
      Pin before = buckets[bucket];
      while (before.next != pin) {
        before = before.next;
      }
      before.next = pin.next;
    }
    pin.next = null;
    size--;
  }

  /** Whether any entry in use has this frame; looks at all of them. */
  boolean holds(long mfn) {
    for (Pin chain : buckets) {
      for (Pin pin = chain; pin != null; pin = pin.next) {
        if (pin.mfn == mfn) {
          return true;
        }
      }
    }
    return false;
  }
}
