package io.xengarden.domain.pebble.programs.operand;

import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A task's argument list, kept at the start of its work page: count, then strings with NULs. */
public record Arguments(List<String> words) {
  /** Bytes of a work page that arguments may take. */
  public static final int SIZE = 2048;

  private static final int STRINGS = 4;

  /** Those of the running task. */
  public static Arguments of(Vcpu v) {
    return of(v.memory(), v.task());
  }

  public static Arguments of(Memory memory, Task task) {
    long page = task.workPage();
    List<String> words = new ArrayList<>();
    byte[] bytes = memory.read(page + STRINGS, SIZE - STRINGS);
    int at = 0;
    for (int left = memory.getInt(page); left > 0 && at < bytes.length; left--) {
      int end = at;
      while (end < bytes.length && bytes[end] != 0) {
        end++;
      }
      words.add(new String(bytes, at, end - at, StandardCharsets.UTF_8));
      at = end + 1;
    }
    return new Arguments(words);
  }

  /** False when they do not fit. */
  public static boolean store(Memory memory, Task task, List<String> words) {
    byte[] bytes = (String.join("\0", words) + "\0").getBytes(StandardCharsets.UTF_8);
    if (bytes.length > SIZE - STRINGS) {
      return false;
    }
    memory.putInt(task.workPage(), words.size());
    memory.write(task.workPage() + STRINGS, bytes);
    return true;
  }

  /** Words after the command's name. */
  public int count() {
    return words.size() - 1;
  }

  /** The argument with this index, 0 being the command's name; "" when there are fewer. */
  public String get(int index) {
    return index < words.size() ? words.get(index) : "";
  }

  public boolean has(String option) {
    return words.indexOf(option) > 0;
  }

  /** The first word that looks like an option and is none of {@code known}; "" without one. */
  public String unknownOption(String... known) {
    return words.stream()
        .skip(1)
        .filter(word -> word.startsWith("--") && !List.of(known).contains(word))
        .findFirst()
        .orElse("");
  }

  /** The word after an option. */
  public Optional<String> after(String option) {
    int at = words.indexOf(option);
    return at > 0 && at + 1 < words.size() ? Optional.of(words.get(at + 1)) : Optional.empty();
  }

  /** The value of a {@code key=value} word. */
  public Optional<String> value(String key) {
    return words.stream()
        .skip(1)
        .filter(word -> word.startsWith(key + "="))
        .map(word -> word.substring(key.length() + 1))
        .reduce((first, last) -> last);
  }
}
