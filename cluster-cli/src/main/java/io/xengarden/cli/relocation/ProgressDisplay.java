package io.xengarden.cli.relocation;

import io.xengarden.cli.text.Row;
import io.xengarden.proto.v1.RelocationProgress;
import io.xengarden.proto.v1.RelocationSummary;
import io.xengarden.proto.v1.RoundProgress;
import java.io.PrintStream;

/**
 * Shows a relocation while it runs: notes as they come, a bar for the round under way on a
 * terminal, one line for each finished round, and the figures at the end.
 */
public final class ProgressDisplay {
  private static final int BAR_WIDTH = 30;
  private static final long BYTES_PER_MB = 1_000_000;
  private static final long MS_PER_SECOND = 1000;
  private static final int COUNT_WIDTH = 9;
  private static final int ROUND_WIDTH = 7;

  private final PrintStream out;
  private final boolean terminal;
  private boolean headerShown;
  private int barLength;

  /**
   * @param terminal whether {@code out} can be written over
   */
  public ProgressDisplay(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  public void show(RelocationProgress step) {
    switch (step.getProgressCase()) {
      case NOTE -> {
        clearBar();
        out.println(step.getNote());
      }
      case ROUND -> round(step.getRound());
      case SUMMARY -> summary(step.getSummary());
      case PROGRESS_NOT_SET -> {
        // a newer host's word
      }
    }
  }

  private void round(RoundProgress round) {
    if (!round.getFinished()) {
      if (terminal) {
        bar(round);
      }
      return;
    }
    clearBar();
    if (!headerShown) {
      headerShown = true;
      out.println(row("round", "pages", "of", "MB/s", "dirty/s").toString());
    }
    out.println(
        row(
            round.getStopAndCopy() ? round.getRound() + " stop" : String.valueOf(round.getRound()),
            String.valueOf(round.getPagesSent()),
            String.valueOf(round.getPagesTotal()),
            String.valueOf(round.getBytesPerSecond() / BYTES_PER_MB),
            String.valueOf(round.getDirtyPagesPerSecond())));
  }

  private static Row row(String round, String... counts) {
    Row row = new Row().left(round, ROUND_WIDTH);
    for (String count : counts) {
      row.right(count, COUNT_WIDTH);
    }
    return row;
  }

  private void bar(RoundProgress round) {
    long total = Math.max(1, round.getPagesTotal());
    int done = (int) Math.min(BAR_WIDTH, BAR_WIDTH * round.getPagesSent() / total);
    String line =
        "%d [%s%s] %3d%%  %d MB/s  ETA %.1f s"
            .formatted(
                round.getRound(),
                "#".repeat(done),
                "-".repeat(BAR_WIDTH - done),
                Math.min(100, 100 * round.getPagesSent() / total),
                round.getBytesPerSecond() / BYTES_PER_MB,
                (double) round.getEtaMs() / MS_PER_SECOND);
    out.print("\r" + line + " ".repeat(Math.max(0, barLength - line.length())));
    out.flush();
    barLength = line.length();
  }

  private void clearBar() {
    if (barLength > 0) {
      out.print("\r" + " ".repeat(barLength) + "\r");
      barLength = 0;
    }
  }

  private void summary(RelocationSummary summary) {
    clearBar();
    out.println(
        "%d pages, %d MB in %.2f s, downtime %.1f ms"
            .formatted(
                summary.getPagesSent(),
                summary.getBytesSent() / BYTES_PER_MB,
                (double) summary.getTotalMs() / MS_PER_SECOND,
                (double) summary.getDowntimeUs() / MS_PER_SECOND));
    if (summary.getPagesVerified() > 0) {
      out.println(summary.getPagesVerified() + " pages compared, all equal");
    }
  }
}
