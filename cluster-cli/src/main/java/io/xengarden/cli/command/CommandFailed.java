package io.xengarden.cli.command;

/** Ends a command with an exit code and, unless it is empty, one line on standard error. */
public final class CommandFailed extends Exception {
  private static final long serialVersionUID = 1L;
  private final int exitCode;

  public CommandFailed(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
