package io.xengarden.node.relocation.migration;

import io.xengarden.node.array.HostRecord;
import io.xengarden.proto.v1.MigrationFrame;
import io.xengarden.proto.v1.MigrationReply;
import java.util.function.Consumer;

/** Opens streams to other hosts, whose relocation actor hears of each. */
public interface MigrationLinks {
  /**
   * A target's end of a stream that a source has opened.
   *
   * @see MigrationLink
   */
  interface Incoming extends MigrationLink<MigrationReply> {
    /**
     * From now on what the source says is heard. Once, first.
     *
     * @param heard called on any thread
     */
    void listen(Consumer<LinkEvent<MigrationFrame>> heard);
  }

  /**
   * Opens a stream; that it cannot be opened is heard as {@link LinkEvent.Broken}.
   *
   * @param heard called on any thread
   */
  MigrationLink<MigrationFrame> open(HostRecord target, Consumer<LinkEvent<MigrationReply>> heard);
}
