package io.xengarden.cli.config;

import java.util.ArrayList;
import java.util.List;

/**
 * xm's configuration files are Python; this reads the part of Python they are written in: {@code
 * NAME = expression} with strings, whole numbers, True, False, None, lists, tuples, names set
 * before, strings side by side, and {@code "format" % value}. xl's {@code ;} and {@code +=} work
 * too. Anything that would need an interpreter is refused by name.
 */
public final class XmConfigParser {
  /** Lists and tuples inside one another, so that hostile text cannot exhaust the stack. */
  static final int MAX_DEPTH = 8;

  /** No value of a configuration grows beyond this, however often it is joined to itself. */
  static final int MAX_TEXT = ConfigSettings.MAX_BYTES;

  private final SourceText text;
  private final ConfigSettings settings;

  private XmConfigParser(SourceText text, ConfigSettings settings) {
    this.text = text;
    this.settings = settings;
  }

  /** Reads {@code text} into {@code settings}, whose keys it may use as names. */
  public static void parse(String source, String text, ConfigSettings settings) throws ConfigError {
    new XmConfigParser(new SourceText(source, text), settings).file();
  }

  private void file() throws ConfigError {
    while (true) {
      blanks(true);
      if (text.peek() == ';') {
        text.take();
      } else if (text.peek() == SourceText.END) {
        return;
      } else {
        assignment();
      }
    }
  }

  private void assignment() throws ConfigError {
    Position at = text.position();
    if (!isNameStart(text.peek())) {
      throw text.error("expected a name, not " + text.here());
    }
    String name = name();
    blanks(false);
    boolean appends = text.peek() == '+' && text.peek(1) == '=';
    if (!appends && (text.peek() != '=' || text.peek(1) == '=')) {
      throw new ConfigError(
          at, "`" + name + "' begins no assignment: only NAME = VALUE is read here, not Python");
    }
    text.take(appends ? 2 : 1);
    ConfigValue value = expression(0);
    if (appends) {
      settings.append(name, value);
      bounded(settings.get(name));
    } else {
      settings.set(name, value);
    }
    blanks(false);
    int end = text.peek();
    if (end != '\n' && end != ';' && end != SourceText.END) {
      throw text.error("expected the end of the line, not " + text.here());
    }
  }

  private ConfigValue expression(int depth) throws ConfigError {
    ConfigValue value = operand(depth);
    while (true) {
      blanks(depth > 0);
      if (text.peek() != '%') {
        return value;
      }
      Position at = text.position();
      text.take();
      value = format(value, operand(depth), at);
    }
  }

  private ConfigValue operand(int depth) throws ConfigError {
    blanks(depth > 0);
    Position at = text.position();
    int c = text.peek();
    if (c == '\'' || c == '"') {
      return strings(depth, at);
    }
    if (c == '[' || c == '(') {
      return sequence(depth + 1, at);
    }
    if (isDigit(c) || c == '-' && isDigit(text.peek(1))) {
      return number(at);
    }
    if (isNameStart(c)) {
      return named(at);
    }
    throw text.error("expected a value, not " + text.here());
  }

  private ConfigValue strings(int depth, Position at) throws ConfigError {
    StringBuilder joined = new StringBuilder();
    while (text.peek() == '\'' || text.peek() == '"') {
      joined.append(tripleQuoted() ? longString() : StringLiteral.read(text));
      blanks(depth > 0);
    }
    return new ConfigValue.Atom(joined.toString(), at);
  }

  private boolean tripleQuoted() {
    return text.startsWith("'''") || text.startsWith("\"\"\"");
  }

  private String longString() throws ConfigError {
    Position start = text.position();
    String quotes = String.valueOf((char) text.peek()).repeat(3);
    text.take(3);
    StringBuilder out = new StringBuilder();
    while (!text.startsWith(quotes)) {
      if (text.peek() == SourceText.END) {
        throw new ConfigError(start, "this string has no closing " + quotes);
      }
      out.append(text.take());
    }
    text.take(3);
    return out.toString();
  }

  /** A list, a tuple, or an expression in parentheses. */
  private ConfigValue sequence(int depth, Position at) throws ConfigError {
    if (depth > MAX_DEPTH) {
      throw text.error("nested too deeply");
    }
    boolean isList = text.take() == '[';
    char close = isList ? ']' : ')';
    List<ConfigValue> items = new ArrayList<>();
    boolean comma = false;
    blanks(true);
    while (text.peek() != close) {
      items.add(expression(depth));
      blanks(true);
      if (text.peek() == ',') {
        comma = true;
        text.take();
        blanks(true);
      } else if (text.peek() != close) {
        throw text.error("expected `,' or `" + close + "', not " + text.here());
      }
    }
    text.take();
    boolean parentheses = !isList && !comma && items.size() == 1;
    return parentheses ? items.getFirst() : new ConfigValue.Items(items, at);
  }

  private ConfigValue number(Position at) throws ConfigError {
    StringBuilder digits = new StringBuilder();
    if (text.peek() == '-') {
      digits.append(text.take());
    }
    while (isNameStart(text.peek()) || isDigit(text.peek())) {
      digits.append(text.take());
    }
    if (Numbers.parse(digits.toString()).isEmpty()) {
      throw new ConfigError(at, "`" + digits + "' is not a valid number");
    }
    return new ConfigValue.Atom(digits.toString(), at);
  }

  private ConfigValue named(Position at) throws ConfigError {
    String name = name();
    return switch (name) {
      case "True" -> new ConfigValue.Atom("1", at);
      case "False" -> new ConfigValue.Atom("0", at);
      case "None" -> new ConfigValue.Atom("", at);
      default -> {
        ConfigValue value = settings.get(name);
        if (value == null) {
          throw new ConfigError(at, "name `" + name + "' is not defined");
        }
        yield value;
      }
    };
  }

  private ConfigValue format(ConfigValue left, ConfigValue right, Position at) throws ConfigError {
    if (!(left instanceof ConfigValue.Atom pattern)) {
      throw new ConfigError(at, "`%' needs a string on its left");
    }
    List<ConfigValue> values =
        right instanceof ConfigValue.Items list ? list.items() : List.of(right);
    return bounded(new ConfigValue.Atom(new Formatting(at, values).apply(pattern.text()), at));
  }

  private ConfigValue bounded(ConfigValue value) throws ConfigError {
    long size = 0;
    List<ConfigValue> parts =
        value instanceof ConfigValue.Items list ? list.items() : List.of(value);
    for (ConfigValue part : parts) {
      size += part instanceof ConfigValue.Atom atom ? atom.text().length() : 1;
    }
    if (size > MAX_TEXT) {
      throw new ConfigError(value.at(), "this value is too long");
    }
    return value;
  }

  private String name() {
    StringBuilder name = new StringBuilder();
    while (isNameStart(text.peek()) || isDigit(text.peek())) {
      name.append(text.take());
    }
    return name.toString();
  }

  private void blanks(boolean lineEnds) {
    while (true) {
      int c = text.peek();
      if (c == ' ' || c == '\t' || c == '\r' || lineEnds && c == '\n') {
        text.take();
      } else if (c == '\\' && text.peek(1) == '\n') {
        text.take(2);
      } else if (c == '#') {
        while (text.peek() != '\n' && text.peek() != SourceText.END) {
          text.take();
        }
      } else {
        return;
      }
    }
  }

  private static boolean isNameStart(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
