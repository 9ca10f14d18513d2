package io.xengarden.node;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The daemon's arguments.
 *
 * @param dir where the cluster keeps its state
 * @param grpcPort preferred; another is taken when it is not free
 */
record NodeOptions(Path dir, HostSettings settings, int grpcPort) {
  static final String USAGE =
      "usage: NodeMain --dir DIR --name NAME [--cpus N] [--memory-mib N] [--grpc-port N]";

  private static final int DEFAULT_CPUS = 8;
  private static final long DEFAULT_MEMORY_MIB = 16 << 10;
  private static final int MAX_PORT = 65_535;

  /** Arguments that cannot be understood; the message says which. */
  static final class BadArguments extends Exception {
    private static final long serialVersionUID = 1L;

    BadArguments(String message) {
      super(message);
    }
  }

  static NodeOptions parse(String... arguments) throws BadArguments {
    Deque<String> left = new ArrayDeque<>(List.of(arguments));
    Optional<Path> dir = Optional.empty();
    Optional<String> name = Optional.empty();
    int cpus = DEFAULT_CPUS;
    long memoryMib = DEFAULT_MEMORY_MIB;
    int port = 0;
    while (!left.isEmpty()) {
      String option = left.remove();
      switch (option) {
        case "--dir" -> dir = Optional.of(Path.of(value(option, left)).toAbsolutePath());
        case "--name" -> name = Optional.of(value(option, left));
        case "--cpus" -> cpus = (int) number(option, left, Integer.MAX_VALUE);
        case "--memory-mib" -> memoryMib = number(option, left, Long.MAX_VALUE);
        case "--grpc-port" -> port = (int) number(option, left, MAX_PORT);
        default -> throw new BadArguments("unknown option " + option);
      }
    }
    if (dir.isEmpty() || name.isEmpty()) {
      throw new BadArguments("--dir and --name are needed");
    }
    return new NodeOptions(dir.get(), settings(name.get(), cpus, memoryMib), port);
  }

  Path hostDir() {
    return dir.resolve(settings.name());
  }

  private static HostSettings settings(String name, int cpus, long memoryMib) throws BadArguments {
    try {
      return new HostSettings(name, cpus, memoryMib);
    } catch (IllegalArgumentException e) {
      throw new BadArguments(e.getMessage());
    }
  }

  private static String value(String option, Deque<String> left) throws BadArguments {
    if (left.isEmpty()) {
      throw new BadArguments(option + " needs a value");
    }
    return left.remove();
  }

  private static long number(String option, Deque<String> left, long max) throws BadArguments {
    String text = value(option, left);
    try {
      long number = Long.parseLong(text);
      if (number >= 0 && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    throw new BadArguments(option + " " + text + ": 0 to " + max + " are possible");
  }
}
