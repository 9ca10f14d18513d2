package io.xengarden.cli.config;

import io.xengarden.cli.config.ConfigError.BadSpec;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** File names in configurations, made absolute before they are sent to a host. */
final class HostPath {
  private HostPath() {}

  static String absolute(String name, Path directory) throws BadSpec {
    try {
      return directory.resolve(name).normalize().toString();
    } catch (InvalidPathException e) {
      throw new BadSpec("`" + printable(name) + "' is not a file name");
    }
  }

  private static String printable(String name) {
    return name.replaceAll("\\p{Cntrl}", "?");
  }
}
