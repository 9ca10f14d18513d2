package io.xengarden.node.array;

import java.io.IOException;
import java.util.List;

/** Where the register's entries are durable. Used by one actor; may block. */
public interface Journal {
  /** Everything that was appended and not torn, in order. Called once, first. */
  List<RegisterEntry> load() throws IOException;

  /**
   * Durable when it returns. After a failure the entry may or may not be there: the register stops
   * rather than answer from a state it does not know.
   */
  void append(RegisterEntry entry) throws IOException;

  /** Entries since the last compaction. */
  long entryCount();

  /** Replaces the whole journal, atomically, by entries that make the same state. */
  void compact(List<RegisterEntry> snapshot) throws IOException;
}
