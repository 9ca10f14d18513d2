package io.xengarden.cli.text;

import java.util.ArrayList;
import java.util.List;

/** An S-expression as xend writes them: a head, then atoms and lists. */
public record Sxp(String head, List<Object> rest) {

  public static Sxp of(String head, Object... rest) {
    return new Sxp(head, new ArrayList<>(List.of(rest)));
  }

  /** Appends {@code (name value)} and returns this. */
  public Sxp with(String name, Object value) {
    return with(of(name, value));
  }

  public Sxp with(Sxp child) {
    rest.add(child);
    return this;
  }

  /** Over several lines, four spaces a level, the way {@code xm list -l} lays it out. */
  public String pretty() {
    StringBuilder out = new StringBuilder();
    pretty(out, 0);
    return out.toString();
  }

  private void pretty(StringBuilder out, int depth) {
    out.append("    ".repeat(depth));
    if (rest.stream().noneMatch(Sxp.class::isInstance)) {
      flat(out);
      return;
    }
    out.append('(').append(head);
    for (Object child : rest) {
      if (child instanceof Sxp list) {
        out.append('\n');
        list.pretty(out, depth + 1);
      } else {
        out.append(' ').append(atom(child));
      }
    }
    out.append('\n').append("    ".repeat(depth)).append(')');
  }

  private void flat(StringBuilder out) {
    out.append('(').append(head);
    for (Object atom : rest) {
      out.append(' ').append(atom(atom));
    }
    out.append(')');
  }

  private static String atom(Object value) {
    String text = String.valueOf(value);
    if (value instanceof Raw) {
      return text;
    }
    boolean plain = text.chars().noneMatch(c -> c <= ' ' || "()'\"\\".indexOf(c) >= 0);
    if (plain) {
      return text;
    }
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /** Text that goes out as it is, for {@code (cpus (()))}. */
  public record Raw(String text) {
    @Override
    public String toString() {
      return text;
    }
  }
}
