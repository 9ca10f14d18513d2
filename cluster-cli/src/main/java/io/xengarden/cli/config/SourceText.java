package io.xengarden.cli.config;

/** The text of a configuration and a place in it. */
final class SourceText {
  static final int END = -1;

  private final String source;
  private final String text;
  private int next;
  private int line = 1;
  private int column = 1;

  SourceText(String source, String text) {
    this.source = source;
    this.text = text;
  }

  /** The character here, or {@link #END}. */
  int peek() {
    return peek(0);
  }

  int peek(int ahead) {
    return next + ahead < text.length() ? text.charAt(next + ahead) : END;
  }

  boolean startsWith(String word) {
    return text.startsWith(word, next);
  }

  /** Takes the character here; never called at the end. */
  char take() {
    char c = text.charAt(next++);
    if (c == '\n') {
      line++;
      column = 1;
    } else {
      column++;
    }
    return c;
  }

  void take(int count) {
    for (int i = 0; i < count; i++) {
      take();
    }
  }

  Position position() {
    return new Position(source, line, column);
  }

  ConfigError error(String what) {
    return new ConfigError(position(), what);
  }

  /** How a message names what stands here. */
  String here() {
    int c = peek();
    return switch (c) {
      case END -> "the end";
      case '\n' -> "the end of the line";
      default -> c < 0x20 || c == 0x7f ? "a control character" : "`" + (char) c + "'";
    };
  }
}
