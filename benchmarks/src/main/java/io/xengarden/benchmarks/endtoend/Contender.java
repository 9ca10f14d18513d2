package io.xengarden.benchmarks.endtoend;

import java.io.IOException;

/** A way to the bytes of one file. */
interface Contender extends AutoCloseable {
  String name();

  /** Operations per second over {@code seconds}. */
  double run(Pattern pattern, int seconds) throws IOException;

  @Override
  default void close() throws IOException {}
}
