package io.xengarden.cli.config;

import java.util.List;

/** A value in a configuration, with its place. */
public sealed interface ConfigValue {
  Position at();

  /** A string or a number; a number is kept as written, because xl reads either as either. */
  record Atom(String text, Position at) implements ConfigValue {}

  /** A list. In xl every item is an atom; xm's Python allows deeper ones. */
  record Items(List<ConfigValue> items, Position at) implements ConfigValue {}

  /** "a string" or "a list", for messages. */
  default String kind() {
    return this instanceof Items ? "a list" : "a string";
  }
}
