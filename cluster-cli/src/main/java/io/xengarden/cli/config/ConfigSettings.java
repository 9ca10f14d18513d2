package io.xengarden.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What a configuration sets, by key, and typed access to it. */
public final class ConfigSettings {
  /** A larger configuration is refused before it is parsed. */
  public static final int MAX_BYTES = 1 << 20;

  private final Map<String, ConfigValue> byKey = new LinkedHashMap<>();

  /** Sets a key; a later value replaces an earlier one. */
  public void set(String key, ConfigValue value) {
    byKey.put(key, value);
  }

  /** {@code +=}: appends to a string or a list of the same kind, or sets a new key. */
  void append(String key, ConfigValue value) throws ConfigError {
    ConfigValue old = byKey.get(key);
    switch (old) {
      case null -> byKey.put(key, value);
      case ConfigValue.Atom first when value instanceof ConfigValue.Atom second ->
          byKey.put(key, new ConfigValue.Atom(first.text() + second.text(), second.at()));
      case ConfigValue.Items first when value instanceof ConfigValue.Items second -> {
        List<ConfigValue> both = new ArrayList<>(first.items());
        both.addAll(second.items());
        byKey.put(key, new ConfigValue.Items(both, second.at()));
      }
      default ->
          throw new ConfigError(
              value.at(), "cannot append " + value.kind() + " to " + old.kind() + ": " + key);
    }
  }

  public boolean has(String key) {
    return byKey.containsKey(key);
  }

  /** The value as it stands, or null. */
  public ConfigValue get(String key) {
    return byKey.get(key);
  }

  /** Keys in the order they were first set. */
  public List<String> keys() {
    return List.copyOf(byKey.keySet());
  }

  /** The string, or {@code otherwise} when the key is not set. */
  public String string(String key, String otherwise) throws ConfigError {
    return switch (byKey.get(key)) {
      case null -> otherwise;
      case ConfigValue.Atom atom -> atom.text();
      case ConfigValue.Items list ->
          throw new ConfigError(list.at(), "parameter `" + key + "' is a list, not a string");
    };
  }

  /** The number (decimal, 0x hexadecimal, 0 octal), or {@code otherwise}. */
  public long number(String key, long otherwise) throws ConfigError {
    String text = string(key, null);
    if (text == null) {
      return otherwise;
    }
    OptionalLong number = Numbers.parse(text.strip());
    if (number.isEmpty()) {
      throw error(key, "parameter `" + key + "' is not a valid number");
    }
    return number.getAsLong();
  }

  /** Numbers are true unless zero, as in xl; Python's words work too. */
  public boolean flag(String key) throws ConfigError {
    return number(key, 0) != 0;
  }

  /** The strings of a list; one string alone counts as a list of one. */
  public List<ConfigValue.Atom> strings(String key) throws ConfigError {
    return switch (byKey.get(key)) {
      case null -> List.of();
      case ConfigValue.Atom atom -> List.of(atom);
      case ConfigValue.Items list -> atoms(key, list);
    };
  }

  /** An error at the place of this key's value. */
  public ConfigError error(String key, String what) {
    ConfigValue value = byKey.get(key);
    return value == null ? new ConfigError(what) : new ConfigError(value.at(), what);
  }

  private static List<ConfigValue.Atom> atoms(String key, ConfigValue.Items list)
      throws ConfigError {
    List<ConfigValue.Atom> atoms = new ArrayList<>();
    for (ConfigValue item : list.items()) {
      if (!(item instanceof ConfigValue.Atom atom)) {
        throw new ConfigError(item.at(), "parameter `" + key + "' has a list inside its list");
      }
      atoms.add(atom);
    }
    return atoms;
  }
}
