package io.xengarden.cli;

import io.xengarden.cli.command.Streams;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The process: standard streams in, exit code out. */
public final class Main {
  private static final int BUFFER = 8192;

  private Main() {}

  public static void main(String[] args) {
    PrintStream out = stream(FileDescriptor.out, false);
    PrintStream err = stream(FileDescriptor.err, true);
    Streams streams =
        new Streams(new FileInputStream(FileDescriptor.in), out, err, Path.of("").toAbsolutePath());
    int exitCode = new Xengarden(streams, System.getenv()).run(List.of(args));
    out.flush();
    System.exit(exitCode);
  }

  /** UTF-8 whatever the locale: tables hold names as their configuration wrote them. */
  private static PrintStream stream(FileDescriptor descriptor, boolean flushes) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), BUFFER),
        flushes,
        StandardCharsets.UTF_8);
  }
}
