package io.xengarden.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Reads one JSON document. */
final class JsonReader {
  /** Deeper nesting than this is refused, so that hostile text cannot exhaust the stack. */
  static final int MAX_DEPTH = 32;

  private final String text;
  private int next;

  JsonReader(String text) {
    this.text = text;
  }

  Json document() throws JsonError {
    Json value = value(0);
    blanks();
    if (next < text.length()) {
      throw error("text after the value");
    }
    return value;
  }

  private Json value(int depth) throws JsonError {
    if (depth > MAX_DEPTH) {
      throw error("nested too deeply");
    }
    blanks();
    return switch (peek()) {
      case '{' -> fields(depth);
      case '[' -> array(depth);
      case '"' -> new Json.Text(string());
      case 't' -> word("true", new Json.Bool(true));
      case 'f' -> word("false", new Json.Bool(false));
      case 'n' -> word("null", new Json.Null());
      default -> number();
    };
  }

  private Json fields(int depth) throws JsonError {
    Json.Fields fields = Json.fields();
    next++;
    blanks();
    if (peek() == '}') {
      next++;
      return fields;
    }
    do {
      blanks();
      String name = string();
      blanks();
      expect(':');
      fields.with(name, value(depth + 1));
      blanks();
    } while (another('}'));
    return fields;
  }

  private Json array(int depth) throws JsonError {
    List<Json> items = new ArrayList<>();
    next++;
    blanks();
    if (peek() == ']') {
      next++;
      return new Json.Array(items);
    }
    do {
      items.add(value(depth + 1));
      blanks();
    } while (another(']'));
    return new Json.Array(items);
  }

  private boolean another(char end) throws JsonError {
    if (peek() == ',') {
      next++;
      return true;
    }
    expect(end);
    return false;
  }

  private Json number() throws JsonError {
    int start = next;
    while (next < text.length() && "+-.0123456789eE".indexOf(text.charAt(next)) >= 0) {
      next++;
    }
    String digits = text.substring(start, next);
    try {
      Double.parseDouble(digits);
    } catch (NumberFormatException e) {
      throw error("no value");
    }
    return new Json.Number(digits);
  }

  private Json word(String word, Json value) throws JsonError {
    if (!text.startsWith(word, next)) {
      throw error("no value");
    }
    next += word.length();
    return value;
  }

  private String string() throws JsonError {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(next++);
      if (c < 0x20) {
        throw error("a control character in a string");
      }
      out.append(c == '\\' ? escape() : c);
    }
    next++;
    return out.toString();
  }

  private char escape() throws JsonError {
    char c = peek();
    next++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw error("an unknown escape");
    };
  }

  private char unicode() throws JsonError {
    if (next + 4 > text.length()) {
      throw error("an unfinished escape");
    }
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(text.charAt(next++), 16);
      if (digit < 0) {
        throw error("an escape that is not hexadecimal");
      }
      code = code << 4 | digit;
    }
    return (char) code;
  }

  private void blanks() {
    while (next < text.length() && " \t\r\n".indexOf(text.charAt(next)) >= 0) {
      next++;
    }
  }

  private char peek() throws JsonError {
    if (next >= text.length()) {
      throw error("an unexpected end");
    }
    return text.charAt(next);
  }

  private void expect(char wanted) throws JsonError {
    if (peek() != wanted) {
      throw error("no '" + wanted + "'");
    }
    next++;
  }

  private JsonError error(String message) {
    return new JsonError(message, next);
  }
}
