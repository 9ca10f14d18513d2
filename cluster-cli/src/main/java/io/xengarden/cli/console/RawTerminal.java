package io.xengarden.cli.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An adapter: the terminal on standard input in raw mode, by stty(1), so that every key reaches the
 * guest. Closing it, or the end of the process, puts back what was.
 */
final class RawTerminal implements AutoCloseable {
  private final String before;
  private final Thread atExit = new Thread(this::restore);

  private RawTerminal(String before) {
    this.before = before;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Empty when standard input is no terminal; then nothing is changed. */
  static Optional<RawTerminal> enter() {
    Optional<String> before = stty("-g");
    if (before.isEmpty()) {
      return Optional.empty();
    }
    RawTerminal terminal = new RawTerminal(before.get());
    stty("raw", "-echo");
    return Optional.of(terminal);
  }

  private void restore() {
    stty(before);
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException alreadyEnding) {
      return;
    }
  }

  /** stty's output; empty when it failed, as it does where there is no terminal. */
  private static Optional<String> stty(String... arguments) {
    String[] line = new String[arguments.length + 1];
    line[0] = "stty";
    System.arraycopy(arguments, 0, line, 1, arguments.length);
    try {
      Process stty =
          new ProcessBuilder(line)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String output =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return stty.waitFor() == 0 ? Optional.of(output) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
