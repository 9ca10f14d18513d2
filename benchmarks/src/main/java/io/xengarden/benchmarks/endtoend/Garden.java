package io.xengarden.benchmarks.endtoend;

import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.ToolstackFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A cluster of one host in a folder of its own, driven by the launcher. */
final class Garden implements AutoCloseable {
  private static final Pattern PID = Pattern.compile("\"pid\": *([0-9]+)");
  private static final Pattern GRPC = Pattern.compile("\"grpc\": *\"([^\"]+)\"");

  private final Path launcher;
  private final Path directory;

  private Garden(Path launcher, Path directory) {
    this.launcher = launcher;
    this.directory = directory;
  }

  static Garden fresh(Path launcher) throws IOException {
    return new Garden(launcher, Files.createTempDirectory("xengarden-bench"));
  }

  /** A folder for images and configurations; it goes when the garden goes. */
  Path directory() {
    return directory;
  }

  /** Runs a command; returns its standard output, or throws what it said instead. */
  String run(String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of(launcher.toString(), "--dir", cluster()));
    line.addAll(List.of(arguments));
    return Programs.run(new ProcessBuilder(line));
  }

  private String cluster() {
    return directory.resolve("cluster").toString();
  }

  long pid() throws IOException {
    return Long.parseLong(fromRecord(PID));
  }

  HostConnection connect() throws IOException, ToolstackFailure {
    return HostConnection.open("host1", fromRecord(GRPC));
  }

  private String fromRecord(Pattern pattern) throws IOException {
    Path file = directory.resolve("cluster").resolve("host1").resolve("host.json");
    Matcher matcher = pattern.matcher(Files.readString(file));
    if (!matcher.find()) {
      throw new IOException(file + " says no " + pattern);
    }
    return matcher.group(1);
  }

  @Override
  public void close() throws IOException {
    run("down");
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
