package io.xengarden.cli.text;

import java.util.List;
import java.util.Map;

/** Writes one {@link Json} value; an empty indent keeps it on one line. */
record JsonWriter(StringBuilder out, String indent) {

  void write(Json value, int depth) {
    switch (value) {
      case Json.Text(String text) -> quote(text);
      case Json.Number(String digits) -> out.append(digits);
      case Json.Bool(boolean truth) -> out.append(truth);
      case Json.Null() -> out.append("null");
      case Json.Array(List<Json> items) -> array(items, depth);
      case Json.Fields(Map<String, Json> byName) -> fields(byName, depth);
    }
  }

  private void array(List<Json> items, int depth) {
    out.append('[');
    String separator = "";
    for (Json item : items) {
      out.append(separator);
      breakLine(depth + 1);
      write(item, depth + 1);
      separator = ",";
    }
    closing(items.isEmpty(), depth);
    out.append(']');
  }

  private void fields(Map<String, Json> byName, int depth) {
    out.append('{');
    String separator = "";
    for (Map.Entry<String, Json> member : byName.entrySet()) {
      out.append(separator);
      breakLine(depth + 1);
      quote(member.getKey());
      out.append(indent.isEmpty() ? ":" : ": ");
      write(member.getValue(), depth + 1);
      separator = ",";
    }
    closing(byName.isEmpty(), depth);
    out.append('}');
  }

  private void closing(boolean empty, int depth) {
    if (!empty) {
      breakLine(depth);
    }
  }

  private void breakLine(int depth) {
    if (!indent.isEmpty()) {
      out.append('\n').append(indent.repeat(depth));
    }
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> plainOrEscaped(c);
      }
    }
    out.append('"');
  }

  private void plainOrEscaped(char c) {
    if (c < 0x20 || c == 0x7f) {
      String hex = Integer.toHexString(c);
      out.append("\\u").append("0".repeat(4 - hex.length())).append(hex);
    } else {
      out.append(c);
    }
  }
}
