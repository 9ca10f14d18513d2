package io.xengarden.cli.text;

/** Text that is not JSON; the message says where. */
public final class JsonError extends Exception {
  private static final long serialVersionUID = 1L;

  JsonError(String message, int offset) {
    super(message + " at character " + offset);
  }
}
