package io.xengarden.xenstore.tree;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets nodes share their names: every device of every domain has a {@code state} and a {@code
 * backend-id}. Bounded; names beyond the bound are simply not shared.
 */
final class NameTable {
  static final int NAMES_MAX = 4096;
  static final int NAME_LENGTH_MAX = 48;

  private final Map<String, String> names = new LinkedHashMap<>();

  String share(String name) {
    if (name.length() > NAME_LENGTH_MAX || isNumber(name)) {
      return name;
    }
    String known = names.get(name);
    if (known == null && names.size() < NAMES_MAX) {
      names.put(name, name);
    }
    return known == null ? name : known;
  }

  /** Domids come and go; they would fill the table. */
  private static boolean isNumber(String name) {
    char first = name.charAt(0);
    return first >= '0' && first <= '9';
  }
}
