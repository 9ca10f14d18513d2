package io.xengarden.benchmarks.endtoend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The table that a run prints, in the README's form. */
final class Report {
  private final List<String> rows = new ArrayList<>();

  /**
   * A row.
   *
   * @param peer what {@code measured} is held against, with its figure; "" when there is none
   * @param ratio measured over peer; "" when there is none
   * @param aim "" when none was set
   */
  void add(String what, String measured, String peer, String ratio, String aim) {
    String row = "| " + String.join(" | ", what, measured, peer, ratio, aim) + " |";
    rows.add(row);
    System.err.println(row);
  }

  String table() {
    return "| what | measured | beside it | ratio | aim |\n|---|---|---|---|---|\n"
        + String.join("\n", rows)
        + "\n";
  }

  static String figure(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** The middle one: one run that was disturbed by a neighbour does not count. */
  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
