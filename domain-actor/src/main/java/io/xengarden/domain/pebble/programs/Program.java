package io.xengarden.domain.pebble.programs;

import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Output;

/**
 * A command.
 *
 * @param operands what its usage line shows behind the name
 * @param entry the routine that is its body
 * @param text what it prints, for those whose body is {@link Lines}; else null
 */
record Program(String name, String operands, String summary, int entry, Text text) {

  /** A program that only prints. */
  @FunctionalInterface
  interface Text {
    Output of(Vcpu v, Arguments arguments);
  }

  String usage() {
    return "Usage: " + (operands.isEmpty() ? name : name + " " + operands);
  }
}
