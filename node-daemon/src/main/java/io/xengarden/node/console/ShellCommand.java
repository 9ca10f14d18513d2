package io.xengarden.node.console;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A command that can be typed as part of one line of Pebble's shell without ending or spoiling that
 * line. {@link #of} is the only way to one.
 */
public final class ShellCommand {
  /** Bytes. The shell takes lines of 1,024, and the line carries two marks beside the command. */
  public static final int MAX_BYTES = 512;

  private final String text;

  private ShellCommand(String text) {
    this.text = text;
  }

  /**
   * Joins words by single spaces, as they would be typed.
   *
   * @throws NotTypeable naming what is wrong
   */
  public static ShellCommand of(List<String> words) throws NotTypeable {
    String text = String.join(" ", words).strip();
    if (text.isEmpty()) {
      throw new NotTypeable("the command is empty");
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new NotTypeable("the command is longer than " + MAX_BYTES + " bytes");
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new NotTypeable("the command holds a control character");
    }
    if (endsInsideQuotes(text)) {
      throw new NotTypeable("the command holds an unterminated quote");
    }
    return new ShellCommand(text);
  }

  public String text() {
    return text;
  }

  @Override
  public String toString() {
    return text;
  }

  private static boolean endsInsideQuotes(String text) {
    char open = 0;
    for (char next : text.toCharArray()) {
      if (open == 0 && (next == '\'' || next == '"')) {
        open = next;
      } else if (next == open) {
        open = 0;
      }
    }
    return open != 0;
  }

  /** Why a command cannot be typed. */
  public static final class NotTypeable extends Exception {
    private static final long serialVersionUID = 1L;

    NotTypeable(String why) {
      super(why);
    }
  }
}
