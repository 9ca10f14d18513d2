package io.xengarden.node.relocation;

import java.util.Arrays;
import java.util.Optional;

/**
 * Where a save, a restore or a migration can be stopped, for those who test what happens when a
 * host or the array dies right there. Each is reached once in a life of its flow, but for {@link
 * #SOURCE_ROUND}, {@link #TARGET_BATCH}, {@link #SOURCE_RAISE} and {@link #TARGET_RAISE}. The names
 * are an interface: tests and the command line use them.
 */
public enum CrashPoint {
  /** The domain is frozen; the target has not heard of it. */
  SOURCE_BEFORE_OFFER("migration.source.before-offer"),
  /** The target has made place. */
  SOURCE_ACCEPTED("migration.source.accepted"),
  /** A round of pre-copy, the first included, is about to begin. */
  SOURCE_ROUND("migration.source.round"),
  SOURCE_BEFORE_SUSPEND("migration.source.before-suspend"),
  /** The guest is suspended, its backends stand still. */
  SOURCE_SUSPENDED("migration.source.suspended"),
  /** Everything is sent but the word that it is. */
  SOURCE_BEFORE_STREAM_END("migration.source.before-stream-end"),
  SOURCE_STREAM_ENDED("migration.source.stream-ended"),
  /** The target is ready. */
  SOURCE_READY("migration.source.ready"),
  /** The domain has its name for a move; the commit is next. */
  SOURCE_BEFORE_COMMIT("migration.source.before-commit"),
  /** The register may have the commit or not; its answer is not known. */
  SOURCE_COMMIT_SENT("migration.source.commit-sent"),
  /** The register has said that the target owns the domain; the target does not know. */
  SOURCE_AFTER_COMMIT("migration.source.after-commit"),
  /** The target was told. */
  SOURCE_COMMIT_TOLD("migration.source.commit-told"),
  /** The domain runs at the target. */
  SOURCE_UNPAUSED("migration.source.unpaused"),
  /** Nothing is left at the source; the client has not been told. */
  SOURCE_RELEASED("migration.source.released"),
  /** The commit's outcome is unknown: it is about to be made impossible. */
  SOURCE_RAISE("migration.source.raise"),
  /** The migration is given up; the guest is about to run on. */
  SOURCE_BEFORE_RESUME("migration.source.before-resume"),

  /** An offer has come. */
  TARGET_OFFERED("migration.target.offered"),
  /** Memory, nodes and backends are there; the source does not know. */
  TARGET_PREPARED("migration.target.prepared"),
  /** A batch has come. */
  TARGET_BATCH("migration.target.batch"),
  /** All pages and the state are there. */
  TARGET_STREAM_ENDED("migration.target.stream-ended"),
  /** The domain is built; the source does not know. */
  TARGET_BUILT("migration.target.built"),
  /** The source was told that the commit may come. */
  TARGET_READY("migration.target.ready"),
  /** The source has said that the domain is this host's. */
  TARGET_COMMIT_TOLD("migration.target.commit-told"),
  /** The domain runs; the source does not know. */
  TARGET_UNPAUSED("migration.target.unpaused"),
  /** The source is lost behind ready: its commit is about to be made impossible. */
  TARGET_RAISE("migration.target.raise"),

  /** A compare-and-swap has come to the register. */
  REGISTER_BEFORE_SWAP("register.before-swap"),
  /** It is durable; nobody was told. */
  REGISTER_AFTER_SWAP("register.after-swap"),

  /** The guest to be saved is suspended. */
  SAVE_SUSPENDED("save.suspended"),
  /** The file is in place; the domain still exists. */
  SAVE_IN_PLACE("save.in-place"),
  /** The register has given the domain to this host, and its memory is filled. */
  RESTORE_BUILT("restore.built");

  private final String label;

  CrashPoint(String label) {
    this.label = label;
  }

  /** As people and tests name it. */
  public String label() {
    return label;
  }

  public static Optional<CrashPoint> parse(String label) {
    return Arrays.stream(values()).filter(point -> point.label.equals(label)).findFirst();
  }

  @Override
  public String toString() {
    return label;
  }
}
