package io.xengarden.domain.pebble.programs.operand;

import java.util.List;

/** What a program that only prints has to say: lines, and an exit status. */
public record Output(List<String> lines, int status) {
  public static Output ok(List<String> lines) {
    return new Output(lines, 0);
  }

  public static Output fail(String line) {
    return new Output(List.of(line), 1);
  }
}
