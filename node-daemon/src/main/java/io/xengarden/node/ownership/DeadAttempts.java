package io.xengarden.node.ownership;

import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * Tokens of attempts whose records mean nothing any more: of domains that are gone, and of claims
 * that were given up without an answer. Such a claim may take effect late, and an answer about such
 * a record may come late, so a token is remembered long after its record was removed.
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
}
