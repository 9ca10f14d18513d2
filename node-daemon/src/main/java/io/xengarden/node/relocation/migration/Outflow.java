package io.xengarden.node.relocation.migration;

import akka.actor.typed.ActorRef;
import com.google.protobuf.UnsafeByteOperations;
import io.xengarden.node.relocation.migration.PageSender.Fill;
import io.xengarden.node.relocation.migration.PageSender.Piece;
import io.xengarden.proto.v1.MigrationBatch;
import io.xengarden.proto.v1.MigrationFrame;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Moves pieces of the stream from their copier into the link, while fewer than {@link
 * MigrationProtocol#WINDOW} are unacknowledged and the transport has room. Part of the source's
 * actor: each method is called on its turn.
 */
final class Outflow {
  private final MigrationLink<MigrationFrame> link;
  private final ActorRef<PageSender.Command> sender;
  private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
  private long sent;
  private long acknowledged;
  private boolean filling;

  Outflow(MigrationLink<MigrationFrame> link, ActorRef<PageSender.Command> sender) {
    this.link = link;
    this.sender = sender;
  }

  /** Sends what may be sent, and asks for more of the round when nothing waits. */
  void pump() {
    flush();
    if (waiting.isEmpty() && !filling) {
      filling = true;
      sender.tell(new Fill());
    }
  }

  void filled(Piece piece) {
    filling = false;
    waiting.addAll(piece.chunks());
  }

  /** The round has no more; nothing of it waits. */
  void roundOver() {
    filling = false;
  }

  /** The last pieces of all. */
  void last(List<ByteBuffer> chunks) {
    waiting.addAll(chunks);
    flush();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Whether batches are under way that have not been acknowledged. */
  boolean isOwed() {
    return acknowledged < sent;
  }

  /** Whether that batch is the one to be acknowledged next. */
  boolean acknowledge(long sequence) {
    if (!isOwed() || sequence != acknowledged + 1) {
      return false;
    }
    acknowledged = sequence;
    return true;
  }

  void flush() {
    while (!waiting.isEmpty() && sent - acknowledged < MigrationProtocol.WINDOW && link.isReady()) {
      MigrationBatch batch =
          MigrationBatch.newBuilder()
              .setSequence(++sent)
              .setData(UnsafeByteOperations.unsafeWrap(waiting.remove()))
              .build();
      link.send(MigrationFrame.newBuilder().setBatch(batch).build());
    }
  }
}
