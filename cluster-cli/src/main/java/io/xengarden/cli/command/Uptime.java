package io.xengarden.cli.command;

import io.xengarden.cli.text.Row;
import io.xengarden.proto.v1.DomainInfo;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** What {@code uptime} prints; xl and xm agree. */
public final class Uptime {
  private static final long DAY = 86_400;

  private Uptime() {}

  /** {@code [N day[s], ]HH:MM:SS}, hours padded with a space. */
  public static String full(long seconds) {
    return brief(seconds) + ":" + Row.twoDigits(seconds % 60);
  }

  /** {@code [N day[s], ]HH:MM}. */
  public static String brief(long seconds) {
    long days = seconds / DAY;
    Row text = new Row();
    if (days > 0) {
      text.text(days + (days == 1 ? " day, " : " days, "));
    }
    return text.right(seconds % DAY / 3600, 2)
        .text(":" + Row.twoDigits(seconds % 3600 / 60))
        .toString();
  }

  /** The table's header. */
  public static Row header() {
    return new Row().left("Name", 33).text(" ").right("ID", 4).text(" Uptime");
  }

  /** A row of the table. */
  public static String row(DomainInfo domain) {
    return new Row()
        .left(domain.getName(), 33)
        .text(" ")
        .right(domain.getDomid(), 4)
        .text(" " + full(domain.getUptimeSeconds()))
        .toString();
  }

  /** The line of {@code uptime -s}. */
  public static String line(DomainInfo domain, LocalTime now) {
    return " "
        + now.truncatedTo(ChronoUnit.SECONDS).format(DateTimeFormatter.ISO_LOCAL_TIME)
        + " up "
        + brief(domain.getUptimeSeconds())
        + ", "
        + domain.getName()
        + " ("
        + domain.getDomid()
        + ")";
  }
}
