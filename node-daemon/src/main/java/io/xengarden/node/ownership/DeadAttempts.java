package io.xengarden.node.ownership;

import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * Tokens of attempts whose records mean nothing any more: of domains that are gone, and of claims
 * that were given up without an answer. A claim whose answer was lost may take effect late, so its
 * token is remembered until its record has been seen and removed.
 */
final class DeadAttempts {
  /** The oldest is forgotten; a record it may still bring stays until the host starts again. */
  static final int MAX = 10_000;

  private final SequencedSet<String> tokens = new LinkedHashSet<>();

  void add(String attempt) {
    tokens.addLast(attempt);
    if (tokens.size() > MAX) {
      tokens.removeFirst();
    }
  }

  boolean contains(String attempt) {
    return tokens.contains(attempt);
  }

  void remove(String attempt) {
    tokens.remove(attempt);
  }
}
