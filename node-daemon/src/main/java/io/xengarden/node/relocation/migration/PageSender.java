package io.xengarden.node.relocation.migration;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.DirtyLog;
import io.xengarden.node.image.ChunkSink;
import io.xengarden.node.image.GuestPages;
import io.xengarden.node.image.GuestState;
import io.xengarden.node.image.ImageEncoder;
import io.xengarden.node.image.PageSource;
import io.xengarden.node.relocation.guest.DomainImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies a guest's pages into pieces of the stream, beside the guest: it lives on the I/O
 * dispatcher, and does one piece for each {@link Fill}. Clear the dirty bit, then copy the page,
 * then hand it out; what was handed out is never touched again.
 */
final class PageSender extends AbstractOnMessageBehavior<PageSender.Command> {
  sealed interface Command {}

  /** A round over every page. First, and once. */
  record StartFirstRound() implements Command {}

  /** A round over what is dirty in the log. */
  record StartDirtyRound(DirtyLog log) implements Command {}

  /** The next piece of the round; answered by {@link Piece} or {@link RoundOver}. */
  record Fill() implements Command {}

  /** Hashes every page; answered by {@link Hashed}. */
  record Hash() implements Command {}

  /** Everything behind the last page; answered by {@link StreamOver}. */
  record Finish(GuestState state) implements Command {}

  sealed interface Report {}

  /**
   * @param chunks may be none
   * @param pages in them
   * @param looked frames looked at in this round
   */
  record Piece(List<ByteBuffer> chunks, int pages, long looked) implements Report {}

  record RoundOver() implements Report {}

  record Hashed(byte[] hash) implements Report {}

  /**
   * @param bytes of the whole stream
   */
  record StreamOver(List<ByteBuffer> chunks, long bytes) implements Report {}

  private final XenDomain xen;
  private final ActorRef<Report> replyTo;
  private final PageSource pages;
  private final ImageEncoder encoder;
  private final long[] gfns = new long[MigrationProtocol.BATCH_PAGES];
  private List<ByteBuffer> chunks = new ArrayList<>();
  private Pass pass;

  static Behavior<Command> create(XenDomain xen, ActorRef<Report> replyTo) {
    return Behaviors.setup(context -> new PageSender(context, xen, replyTo));
  }

  private PageSender(ActorContext<Command> context, XenDomain xen, ActorRef<Report> replyTo) {
    super(context);
    this.xen = xen;
    this.replyTo = replyTo;
    this.pages = new GuestPages(xen.memory());
    this.encoder =
        ImageEncoder.ofStream(
            DomainImage.shape(xen),
            ChunkSink.ofArrays(MigrationProtocol.BATCH_BYTES, chunk -> chunks.add(chunk)));
    encoder.begin();
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case StartFirstRound() -> pass = new FirstPass(pages, xen.pages());
      case StartDirtyRound(var log) -> pass = new DirtyPass(log, pages);
      case Fill() -> replyTo.tell(pass.isOver() ? new RoundOver() : fill());
      case Hash() -> replyTo.tell(new Hashed(MemoryHash.of(pages, xen.pages())));
      case Finish(var state) -> {
        encoder.finish(state);
        replyTo.tell(new StreamOver(takeChunks(), encoder.bytes()));
      }
    }
    return this;
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Report fill() {
    int count = pass.next(gfns);
    if (count > 0) {
      encoder.pages(gfns, count, pages);
    }
    encoder.flush();
    return new Piece(takeChunks(), count, pass.looked());
  }

  private List<ByteBuffer> takeChunks() {
    List<ByteBuffer> taken = chunks;
    chunks = new ArrayList<>();
    return taken;
  }
}
