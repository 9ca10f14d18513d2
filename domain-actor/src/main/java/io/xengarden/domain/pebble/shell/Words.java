package io.xengarden.domain.pebble.shell;

import java.util.ArrayList;
import java.util.List;

/**
 * The shell's grammar: words separated by blanks, '…' and "…" quotes, ';' and '&' between commands,
 * $? outside of single quotes.
 */
public final class Words {
  /** One command of a line. */
  public record Command(List<String> words, boolean background) {}

  /**
   * A line taken apart.
   *
   * @param error what is wrong with it, or ""; then it has no commands
   */
  public record Line(List<Command> commands, String error) {}

  private final String text;
  private final String status;
  private final List<Command> commands = new ArrayList<>();
  private List<String> words = new ArrayList<>();
  private StringBuilder word;
  private int at;
  private String error = "";

  private Words(String text, int status) {
    this.text = text;
    this.status = Integer.toString(status);
  }

  /** Takes a line apart; {@code status} is what $? stands for. */
  public static Line parse(String text, int status) {
    Words parser = new Words(text, status);
    parser.commands();
    return parser.error.isEmpty()
        ? new Line(parser.commands, "")
        : new Line(List.of(), parser.error);
  }

  /** The words of a kernel command line: blanks and quotes count, nothing else does. */
  public static List<String> split(String text) {
    Words parser = new Words(text, 0);
    while (parser.at < text.length()) {
      parser.plain(text.charAt(parser.at++));
    }
    parser.endWord();
    return parser.words;
  }

  private void commands() {
    while (at < text.length() && error.isEmpty()) {
      char c = text.charAt(at++);
      switch (c) {
        case ';', '&' -> endCommand(c);
        case '$' -> dollar();
        default -> plain(c);
      }
    }
    endWord();
    if (!words.isEmpty()) {
      commands.add(new Command(words, false));
    }
  }

  private void plain(char c) {
    switch (c) {
      case ' ', '\t' -> endWord();
      case '\'', '"' -> quoted(c);
      default -> word().append(c);
    }
  }

  private void quoted(char quote) {
    int end = text.indexOf(quote, at);
    if (end < 0) {
      error = "sh: unterminated quote";
      at = text.length();
      return;
    }
    String inside = text.substring(at, end);
    word().append(quote == '"' ? inside.replace("$?", status) : inside);
    at = end + 1;
  }

  private void dollar() {
    if (at < text.length() && text.charAt(at) == '?') {
      at++;
      word().append(status);
    } else {
      word().append('$');
    }
  }

  private void endCommand(char separator) {
    endWord();
    if (words.isEmpty()) {
      error = "sh: syntax error near unexpected token '" + separator + "'";
      return;
    }
    commands.add(new Command(words, separator == '&'));
    words = new ArrayList<>();
  }

  private StringBuilder word() {
    if (word == null) {
      word = new StringBuilder();
    }
    return word;
  }

  private void endWord() {
    if (word != null) {
      words.add(word.toString());
      word = null;
    }
  }
}
