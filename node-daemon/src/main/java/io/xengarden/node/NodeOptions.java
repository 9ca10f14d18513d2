package io.xengarden.node;

import io.xengarden.node.Arguments.BadArguments;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The daemon's arguments.
 *
 * @param dir where the cluster keeps its state
 * @param grpcPort preferred; another is taken when it is not free
 * @param array where the cluster's array serves; without one the host is a cluster of its own
 */
record NodeOptions(
    Path dir, HostSettings settings, int grpcPort, Optional<InetSocketAddress> array) {
  static final String USAGE =
      "usage: NodeMain --dir DIR --name NAME [--cpus N] [--memory-mib N] [--grpc-port N]"
          + " [--array HOST:PORT]";

  static final int DEFAULT_CPUS = 8;
  static final long DEFAULT_MEMORY_MIB = 16 << 10;

  static NodeOptions parse(String... words) throws BadArguments {
    Arguments arguments = new Arguments(words);
    Optional<Path> dir = Optional.empty();
    Optional<String> name = Optional.empty();
    Optional<InetSocketAddress> array = Optional.empty();
    int cpus = DEFAULT_CPUS;
    long memoryMib = DEFAULT_MEMORY_MIB;
    int port = 0;
    while (!arguments.isEmpty()) {
      String option = arguments.next();
      switch (option) {
        case "--dir" -> dir = Optional.of(Path.of(arguments.value(option)).toAbsolutePath());
        case "--name" -> name = Optional.of(arguments.value(option));
        case "--cpus" -> cpus = (int) arguments.number(option, Integer.MAX_VALUE);
        case "--memory-mib" -> memoryMib = arguments.number(option, Long.MAX_VALUE);
        case "--grpc-port" -> port = arguments.port(option);
        case "--array" -> array = Optional.of(address(arguments.value(option)));
        default -> throw Arguments.unknown(option);
      }
    }
    if (dir.isEmpty() || name.isEmpty()) {
      throw new BadArguments("--dir and --name are needed");
    }
    return new NodeOptions(dir.get(), settings(name.get(), cpus, memoryMib), port, array);
  }

  Path hostDir() {
    return dir.resolve(settings.name());
  }

  static HostSettings settings(String name, int cpus, long memoryMib) throws BadArguments {
    try {
      return new HostSettings(name, cpus, memoryMib);
    } catch (IllegalArgumentException e) {
      throw new BadArguments(e.getMessage());
    }
  }

  /** HOST:PORT. */
  static InetSocketAddress address(String text) throws BadArguments {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port > 0 && port <= Arguments.MAX_PORT) {
        return InetSocketAddress.createUnresolved(text.substring(0, colon), port);
      }
    } catch (NumberFormatException noPort) {
      // Said below.
    }
    throw new BadArguments("--array " + text + ": HOST:PORT is wanted");
  }
}
