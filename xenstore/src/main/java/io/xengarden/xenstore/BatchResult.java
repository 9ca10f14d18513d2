package io.xengarden.xenstore;

import io.xengarden.abi.Errno;
import java.util.List;
import java.util.Optional;

/** The outcome of a {@link XenStoreCommand.Batch}. */
public sealed interface BatchResult {
  /**
   * All was done.
   *
   * @param values one per operation, in their order
   */
  record BatchDone(List<StoreValue> values) implements BatchResult {
    /** The value that the operation at {@code index} read, if there was one. */
    public Optional<String> text(int index) {
      return values.get(index) instanceof StoreValue.Text(var text)
          ? Optional.of(text)
          : Optional.empty();
    }

    /** The names that the List at {@code index} gave; none if it is no List. */
    public List<String> names(int index) {
      return values.get(index) instanceof StoreValue.Names(var names) ? names : List.of();
    }

    /** What the Exists at {@code index} found; false if it is no Exists. */
    public boolean found(int index) {
      return values.get(index) instanceof StoreValue.Found(var found) && found;
    }
  }

  /**
   * Nothing was done.
   *
   * @param index the operation that was refused
   */
  record BatchFailed(int index, Errno error, String path) implements BatchResult {}
}
