package io.xengarden.node.relocation.migration;

/**
 * One end of a stream between two hosts: gRPC in production, a simulated link else. Messages of one
 * direction keep their order. Used on one actor's turn.
 *
 * @param <M> what this end says
 */
public interface MigrationLink<M> {
  /** Sends, or drops what is sent into a broken link: whose break is an event. Never blocks. */
  void send(M message);

  /** Whether the transport has room; when it has again, {@link LinkEvent.HasRoom} comes. */
  boolean isReady();

  /** Ends the stream, once what was sent has gone. Nothing is heard from it afterwards. */
  void close();
}
