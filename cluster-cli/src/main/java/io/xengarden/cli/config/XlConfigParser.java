package io.xengarden.cli.config;

import java.util.ArrayList;
import java.util.List;

/**
 * xl.cfg(5)'s own grammar: {@code KEY = VALUE} or {@code KEY += VALUE}, ended by a line end or a
 * semicolon; a value is a string, a number, or a list of those. What looks like Python is named so.
 */
public final class XlConfigParser {
  private static final String PYTHONIC = "+-.():%";

  private final SourceText text;
  private final ConfigSettings settings;

  private XlConfigParser(SourceText text, ConfigSettings settings) {
    this.text = text;
    this.settings = settings;
  }

  /** Reads {@code text} into {@code settings}; {@code source} names it in errors. */
  public static void parse(String source, String text, ConfigSettings settings) throws ConfigError {
    new XlConfigParser(new SourceText(source, text), settings).file();
  }

  private void file() throws ConfigError {
    while (true) {
      blanks(true);
      if (text.peek() == ';') {
        text.take();
      } else if (text.peek() == SourceText.END) {
        return;
      } else {
        setting();
      }
    }
  }

  private void setting() throws ConfigError {
    String key = key();
    blanks(false);
    boolean appends = text.peek() == '+' && text.peek(1) == '=';
    if (!appends && text.peek() != '=') {
      throw unexpected("`='");
    }
    text.take(appends ? 2 : 1);
    blanks(false);
    ConfigValue value = text.peek() == '[' ? list() : atom("a string, a number or `['");
    if (appends) {
      settings.append(key, value);
    } else {
      settings.set(key, value);
    }
    blanks(false);
    int end = text.peek();
    if (end != '\n' && end != ';' && end != SourceText.END) {
      throw unexpected("the end of the line or `;'");
    }
  }

  private String key() throws ConfigError {
    if (!isLower(text.peek())) {
      throw unexpected("a key");
    }
    StringBuilder key = new StringBuilder();
    while (isLower(text.peek())
        || isDigit(text.peek())
        || text.peek() == '_'
        || text.peek() == '.') {
      key.append(text.take());
    }
    return key.toString();
  }

  private ConfigValue list() throws ConfigError {
    Position at = text.position();
    List<ConfigValue> items = new ArrayList<>();
    text.take();
    blanks(true);
    while (text.peek() != ']') {
      if (text.peek() == '[') {
        throw text.error("a list inside a list is not allowed here");
      }
      items.add(atom("a string, a number or `]'"));
      blanks(true);
      if (text.peek() == ',') {
        text.take();
        blanks(true);
      } else if (text.peek() != ']') {
        throw unexpected("`,' or `]'");
      }
    }
    text.take();
    return new ConfigValue.Items(items, at);
  }

  private ConfigValue atom(String wanted) throws ConfigError {
    Position at = text.position();
    int c = text.peek();
    if (c == '\'' || c == '"') {
      return new ConfigValue.Atom(StringLiteral.read(text), at);
    }
    if (isDigit(c)) {
      return new ConfigValue.Atom(number(at), at);
    }
    if (isLower(c) || c >= 'A' && c <= 'Z') {
      throw text.error("expected " + wanted + ", not a word: strings need quotes");
    }
    throw unexpected(wanted);
  }

  private String number(Position at) throws ConfigError {
    StringBuilder digits = new StringBuilder();
    while (Character.digit(text.peek(), 16) >= 0 || text.peek() == 'x' || text.peek() == 'X') {
      digits.append(text.take());
    }
    if (Numbers.parse(digits.toString()).isEmpty()) {
      throw new ConfigError(at, "`" + digits + "' is not a valid number");
    }
    return digits.toString();
  }

  /** Spaces and comments; line ends too where they mean nothing. */
  private void blanks(boolean lineEnds) {
    while (true) {
      int c = text.peek();
      if (c == ' ' || c == '\t' || c == '\r' || lineEnds && c == '\n') {
        text.take();
      } else if (c == '#') {
        while (text.peek() != '\n' && text.peek() != SourceText.END) {
          text.take();
        }
      } else {
        return;
      }
    }
  }

  private ConfigError unexpected(String wanted) {
    int c = text.peek();
    if (c != SourceText.END && PYTHONIC.indexOf(c) >= 0) {
      return text.error(
          "lexical error at " + text.here() + ": this looks like Python, which xl does not read");
    }
    return text.error("expected " + wanted + ", not " + text.here());
  }

  private static boolean isLower(int c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
