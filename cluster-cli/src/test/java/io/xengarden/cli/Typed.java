package io.xengarden.cli;

import io.xengarden.cli.command.Streams;
import io.xengarden.cli.toolstack.FakeToolstack;
import io.xengarden.proto.v1.HostState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Types command lines against hosts that are peers on loopback, and catches what is printed. */
public final class Typed implements AutoCloseable {
  /** What a command left behind. */
  public record Result(int exitCode, String out, String err) {}

  public final List<FakeToolstack> hosts = new ArrayList<>();
  private final Path directory;
  private InputStream in = InputStream.nullInputStream();

  private Typed(Path directory) {
    this.directory = directory;
  }

  /** A cluster of so many hosts, all Up, whose files lie in {@code directory}. */
  public static Typed on(Path directory, int hosts) throws IOException {
    Typed typed = new Typed(directory);
    for (int i = 0; i < hosts; i++) {
      typed.hosts.add(new FakeToolstack());
    }
    for (FakeToolstack host : typed.hosts) {
      for (int i = 1; i <= hosts; i++) {
        host.see("host" + i, HostState.HOST_STATE_UP);
      }
    }
    PretendCluster.write(directory, typed.hosts.stream().map(FakeToolstack::address).toList());
    return typed;
  }

  /** No cluster. */
  public static Typed onNothing(Path directory) {
    return new Typed(directory);
  }

  public FakeToolstack host() {
    return hosts.getFirst();
  }

  public Typed typing(String text) {
    in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  public Typed reading(InputStream input) {
    in = input;
    return this;
  }

  /** Runs {@code xengarden --dir … args}; the current directory is the cluster's. */
  public Result run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Streams streams =
        new Streams(
            in,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    List<String> line = new ArrayList<>(List.of("--dir", directory.toString()));
    line.addAll(List.of(args));
    int exitCode = new Xengarden(streams, Map.of()).run(line);
    return new Result(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    hosts.forEach(FakeToolstack::close);
  }
}
