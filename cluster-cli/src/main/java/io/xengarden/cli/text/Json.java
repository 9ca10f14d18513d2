package io.xengarden.cli.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON (RFC 8259) as small values: what the cluster's files and {@code -o json} need. */
public sealed interface Json {
  record Text(String value) implements Json {}

  /** A number as written; whole numbers only are produced here. */
  record Number(String digits) implements Json {}

  record Bool(boolean value) implements Json {}

  record Null() implements Json {}

  record Array(List<Json> items) implements Json {}

  record Fields(Map<String, Json> byName) implements Json {
    /** Adds a member and returns this. */
    public Fields with(String name, Json value) {
      byName.put(name, value);
      return this;
    }

    public Fields with(String name, String value) {
      return with(name, new Text(value));
    }

    public Fields with(String name, long value) {
      return with(name, new Number(Long.toString(value)));
    }

    public Fields with(String name, boolean value) {
      return with(name, new Bool(value));
    }

    public Optional<String> text(String name) {
      return byName.get(name) instanceof Text(String value) ? Optional.of(value) : Optional.empty();
    }

    public Optional<Long> number(String name) {
      if (byName.get(name) instanceof Number(String digits)) {
        try {
          return Optional.of(Long.parseLong(digits));
        } catch (NumberFormatException e) {
          return Optional.empty();
        }
      }
      return Optional.empty();
    }

    public boolean isTrue(String name) {
      return byName.get(name) instanceof Bool(boolean value) && value;
    }
  }

  static Fields fields() {
    return new Fields(new LinkedHashMap<>());
  }

  static Array array(List<? extends Json> items) {
    return new Array(new ArrayList<>(items));
  }

  static Json parse(String text) throws JsonError {
    return new JsonReader(text).document();
  }

  /** On one line. */
  default String compact() {
    StringBuilder out = new StringBuilder();
    new JsonWriter(out, "").write(this, 0);
    return out.toString();
  }

  /** On several lines, four spaces a level, as libxl's yajl writes it; no line end. */
  default String pretty() {
    StringBuilder out = new StringBuilder();
    new JsonWriter(out, "    ").write(this, 0);
    return out.toString();
  }
}
