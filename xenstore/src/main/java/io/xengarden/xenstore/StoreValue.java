package io.xengarden.xenstore;

import java.util.List;

/** What one operation of a batch gave. */
public sealed interface StoreValue {
  /** Done, or not there: nothing to tell. */
  record None() implements StoreValue {}

  record Text(String text) implements StoreValue {}

  record Names(List<String> names) implements StoreValue {}

  record Found(boolean found) implements StoreValue {}
}
