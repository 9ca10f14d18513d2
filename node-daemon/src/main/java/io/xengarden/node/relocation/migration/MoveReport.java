package io.xengarden.node.relocation.migration;

import io.xengarden.machine.HostClock;
import io.xengarden.machine.Memory;
import io.xengarden.node.relocation.Client;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.RelocationSummary;
import io.xengarden.proto.v1.RoundProgress;

/** How a migration goes, counted and told to the client. Part of the source's actor. */
final class MoveReport {
  /** Between two reports of one round. */
  private static final long REPORT_EVERY_NS = 250_000_000;

  private static final long NS_PER_SECOND = 1_000_000_000;
  private static final long NS_PER_MS = 1_000_000;

  private final HostClock clock;
  private final Client client;
  private final long begun;
  private int rounds;
  private long pagesSent;
  private long pagesVerified;
  private long suspendedAt;
  private Round round;

  /** One round under way. */
  private static final class Round {
    private final long begun;
    private final long frames;
    private final boolean stopAndCopy;
    private long reportedAt;
    private long pages;
    private long looked;

    Round(long begun, long frames, boolean stopAndCopy) {
      this.begun = begun;
      this.frames = frames;
      this.stopAndCopy = stopAndCopy;
      this.reportedAt = begun;
    }

    /** As many as there will have been if the rest is like what was looked at. */
    long expectedPages() {
      return looked == 0 ? frames : Math.max(pages, pages * frames / looked);
    }
  }

  enum Phase {
    PRECOPY,
    STOP_AND_COPY
  }

  MoveReport(HostClock clock, Client client) {
    this.clock = clock;
    this.client = client;
    this.begun = clock.nanos();
  }

  Client client() {
    return client;
  }

  int rounds() {
    return rounds;
  }

  /**
   * @param frames that will be looked at
   */
  void roundBegins(Phase phase, long frames) {
    rounds++;
    round = new Round(clock.nanos(), frames, phase == Phase.STOP_AND_COPY);
  }

  void copied(int pages, long looked) {
    pagesSent += pages;
    round.pages += pages;
    round.looked = looked;
    long now = clock.nanos();
    if (now - round.reportedAt >= REPORT_EVERY_NS) {
      round.reportedAt = now;
      client.round(progress(now, 0).setPagesTotal(round.expectedPages()).build());
    }
  }

  /**
   * @param dirtyPages written while it lasted
   */
  void roundEnds(long dirtyPages) {
    client.round(
        progress(clock.nanos(), dirtyPages).setPagesTotal(round.pages).setFinished(true).build());
  }

  private RoundProgress.Builder progress(long now, long dirtyPages) {
    long elapsed = Math.max(1, now - round.begun);
    long left = Math.max(0, round.frames - round.looked);
    return RoundProgress.newBuilder()
        .setRound(rounds)
        .setPagesSent(round.pages)
        .setDirtyPagesPerSecond(perSecond(dirtyPages, elapsed))
        .setBytesPerSecond(perSecond(round.pages << Memory.PAGE_SHIFT, elapsed))
        .setEtaMs(
            round.looked == 0 ? 0 : (long) ((double) elapsed * left / round.looked / NS_PER_MS))
        .setStopAndCopy(round.stopAndCopy);
  }

  private static long perSecond(long count, long elapsedNs) {
    return (long) ((double) count * NS_PER_SECOND / elapsedNs);
  }

  /** May be said again. */
  void suspended() {
    if (suspendedAt == 0) {
      suspendedAt = clock.nanos();
    }
  }

  void verified(long pages) {
    pagesVerified = pages;
  }

  RelocationSummary summary(long downtimeEnd, long bytes, DomainInfo domain) {
    return RelocationSummary.newBuilder()
        .setRounds(rounds)
        .setPagesSent(pagesSent)
        .setBytesSent(bytes)
        .setTotalMs((clock.nanos() - begun) / NS_PER_MS)
        .setDowntimeUs((downtimeEnd - suspendedAt) / 1000)
        .setPagesVerified(pagesVerified)
        .setDomain(domain)
        .build();
  }
}
