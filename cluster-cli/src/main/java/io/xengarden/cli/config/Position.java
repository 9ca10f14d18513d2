package io.xengarden.cli.config;

/** Where something stands in a configuration; line and column count from 1. */
public record Position(String source, int line, int column) {
  @Override
  public String toString() {
    return source + ":" + line + ":" + column;
  }
}
