package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Sizes;
import java.util.List;

/**
 * What dd was asked for. Counts are in blocks.
 *
 * @param count -1 for as much as there is
 * @param error what is wrong with the operands, or ""
 */
record DdOperands(
    String input,
    String output,
    long blockSize,
    long count,
    long skip,
    long seek,
    boolean sync,
    String error) {
  private static final List<String> KEYS =
      List.of("if", "of", "bs", "count", "skip", "seek", "conv", "status");
  private static final long BLOCK_MAX = 1L << 30;

  static DdOperands parse(Arguments arguments) {
    String conversion = arguments.value("conv").orElse("notrunc");
    DdOperands parsed =
        new DdOperands(
            arguments.value("if").orElse(""),
            arguments.value("of").orElse(""),
            Sizes.parse(arguments.value("bs").orElse("512")),
            arguments.value("count").map(Sizes::parse).orElse(-1L),
            Sizes.parse(arguments.value("skip").orElse("0")),
            Sizes.parse(arguments.value("seek").orElse("0")),
            conversion.contains("sync"),
            "");
    return parsed.withError(problem(arguments, parsed));
  }

  private DdOperands withError(String why) {
    return new DdOperands(input, output, blockSize, count, skip, seek, sync, why);
  }

  private static String problem(Arguments arguments, DdOperands parsed) {
    for (String word : arguments.words().subList(1, arguments.words().size())) {
      int equals = word.indexOf('=');
      if (equals < 0 || !KEYS.contains(word.substring(0, equals))) {
        return "unrecognized operand '" + word + "'";
      }
    }
    for (String key : List.of("bs", "count", "skip", "seek")) {
      String value = arguments.value(key).orElse("0");
      boolean zeroBlock =
          key.equals("bs") && arguments.value(key).isPresent() && parsed.blockSize == 0;
      if (Sizes.parse(value) < 0 || zeroBlock) {
        return "invalid number: '" + value + "'";
      }
    }
    if (parsed.input.isEmpty() || parsed.output.isEmpty()) {
      return "missing operand " + (parsed.input.isEmpty() ? "if=FILE" : "of=FILE");
    }
    if (parsed.blockSize > BLOCK_MAX) {
      return "block size of " + parsed.blockSize + " bytes, " + BLOCK_MAX + " at most";
    }
    return "";
  }

  boolean readsDisk() {
    return !input.equals("/dev/zero")
        && !input.equals("/dev/urandom")
        && !input.equals("/dev/null");
  }

  boolean writesDisk() {
    return !output.equals("/dev/null") && !output.equals("/dev/zero");
  }

  boolean readsRandom() {
    return input.equals("/dev/urandom");
  }

  /** Bytes asked for, before input and output have had their say. */
  long wanted() {
    if (input.equals("/dev/null")) {
      return 0;
    }
    return count < 0 || count > Long.MAX_VALUE / 2 / blockSize
        ? Long.MAX_VALUE / 2
        : count * blockSize;
  }

  /** Bytes to leave out at the start of input or output; more than any disk has, if too many. */
  long bytes(long blocks) {
    return blocks > Long.MAX_VALUE / 4 / blockSize ? Long.MAX_VALUE / 4 : blocks * blockSize;
  }
}
