package io.xengarden.abi;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a C compiler for x86_64 puts the fields of a struct: each at the next multiple of its own
 * alignment, the whole padded to the largest.
 */
final class CStruct {
  private final Map<String, Integer> offsets = new LinkedHashMap<>();
  private int end;
  private int alignment = 1;

  /** Fields as "u16 dom, u64 args[6]"; types u8, u16, u32, u64. */
  static CStruct of(String fields) {
    CStruct struct = new CStruct();
    for (String field : fields.split(",")) {
      String[] words = field.strip().split(" ");
      int bracket = words[1].indexOf('[');
      int count = 1;
      if (bracket >= 0) {
        count = Integer.parseInt(words[1].substring(bracket + 1, words[1].length() - 1));
      }
      String name = bracket >= 0 ? words[1].substring(0, bracket) : words[1];
      struct.add(name, Integer.parseInt(words[0].substring(1)) / 8, count);
    }
    return struct;
  }

  /** Adds a field that is a struct itself. */
  CStruct and(String name, CStruct field, int count) {
    place(name, field.alignment, field.size() * count);
    return this;
  }

  /** Adds scalar fields. */
  CStruct and(String fields) {
    of(fields); // refuses what is malformed before anything is placed
    for (String field : fields.split(",")) {
      and(field.strip().split(" ")[1].replaceAll("\\[.*", ""), of(field), 1);
    }
    return this;
  }

  int at(String name) {
    return offsets.get(name);
  }

  int size() {
    return roundUp(end, alignment);
  }

  private void add(String name, int bytes, int count) {
    place(name, bytes, bytes * count);
  }

  private void place(String name, int fieldAlignment, int bytes) {
    int offset = roundUp(end, fieldAlignment);
    if (offsets.put(name, offset) != null) {
      throw new IllegalArgumentException("two fields " + name);
    }
    end = offset + bytes;
    alignment = Math.max(alignment, fieldAlignment);
  }

  private static int roundUp(int value, int multiple) {
    return (value + multiple - 1) / multiple * multiple;
  }
}
