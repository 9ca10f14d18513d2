package io.xengarden.node.relocation.migration;

import io.xengarden.node.image.ImageLimits;
import java.time.Duration;

/** The numbers of migration.proto that both ends live by. */
public final class MigrationProtocol {
  /** In every offer; another is refused. */
  public static final int VERSION = 1;

  /** Batches under way that the target has not acknowledged. */
  public static final int WINDOW = 8;

  /** Of a piece of the stream; large enough to be fast, small enough for an ordinary array. */
  public static final int BATCH_BYTES = 256 << 10;

  /** What a target takes in one batch. */
  public static final int MAX_BATCH_BYTES = (1 << 20) - 1024;

  /** Pages in a batch of ours. */
  public static final int BATCH_PAGES = (BATCH_BYTES - 64) / (8 + 4096);

  /** Of the text that identifies a migration. */
  public static final int MAX_ID = 64;

  /** How long the other end may take to answer an offer, memory and backends included. */
  public static final Duration ACCEPT_LIMIT = Duration.ofSeconds(60);

  /** How long a target may take over a batch. */
  public static final Duration BATCH_LIMIT = Duration.ofSeconds(30);

  /** How long a target may take to build the domain. */
  public static final Duration READY_LIMIT = Duration.ofSeconds(150);

  /** How long a target may take to let the domain run. */
  public static final Duration UNPAUSE_LIMIT = Duration.ofSeconds(60);

  /** How long an incoming stream may wait with its offer. */
  public static final Duration OFFER_LIMIT = Duration.ofSeconds(30);

  /** What a domain is called at its target until it is that host's. */
  public static final String INCOMING_SUFFIX = "--incoming";

  /** What it is called at its source from ready on. */
  public static final String MIGRATED_AWAY_SUFFIX = "--migratedaway";

  static {
    if (BATCH_PAGES > ImageLimits.MAX_BATCH_PAGES || BATCH_BYTES > MAX_BATCH_BYTES) {
      throw new ExceptionInInitializerError("a batch is larger than may be");
    }
  }

  private MigrationProtocol() {}
}
