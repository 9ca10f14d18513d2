package io.xengarden.node.relocation.migration;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import com.google.protobuf.ByteString;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.node.image.GuestPages;
import io.xengarden.node.image.GuestState;
import io.xengarden.node.image.ImageDecoder;
import io.xengarden.node.image.ImageEvent;
import io.xengarden.node.image.ImageEvent.P2mFrames;
import io.xengarden.node.image.ImageEvent.Starved;
import io.xengarden.node.image.ImageLimits;
import io.xengarden.node.image.ImageRefused;
import java.nio.ByteBuffer;

/**
 * Puts an incoming stream into the memory of the domain that is expected, on the I/O dispatcher.
 * Input may be hostile. Whoever takes the memory away waits for this actor's end first.
 */
final class PageReceiver extends AbstractOnMessageBehavior<PageReceiver.Command> {
  sealed interface Command {}

  /** A piece of the stream; answered by {@link Taken}. */
  record Take(long sequence, ByteString data) implements Command {}

  /**
   * There is no more; answered by {@link Filled}.
   *
   * @param bytes that the source has sent
   */
  record End(long bytes, Checking checking) implements Command {}

  enum Checking {
    NONE,
    /** Every page is hashed. */
    HASH
  }

  sealed interface Report {}

  record Taken(long sequence) implements Report {}

  /**
   * @param hash empty without {@link Checking#HASH}
   * @param pagesHashed 0 without it
   */
  record Filled(GuestState state, ByteString hash, long pagesHashed) implements Report {}

  /** The stream is not what it should be; nothing more is taken. */
  record Refused(String why) implements Report {}

  private final XenDomain xen;
  private final ImageDecoder decoder;
  private final ActorRef<Report> replyTo;

  /**
   * @param name of the stream; begins every refusal
   */
  static Behavior<Command> create(String name, XenDomain xen, ActorRef<Report> replyTo) {
    return Behaviors.setup(context -> new PageReceiver(context, name, xen, replyTo));
  }

  private PageReceiver(
      ActorContext<Command> context, String name, XenDomain xen, ActorRef<Report> replyTo) {
    super(context);
    this.xen = xen;
    this.decoder = ImageDecoder.ofStream(name, new ImageLimits(xen.pages(), ImageLimits.MAX_VCPUS));
    this.replyTo = replyTo;
    decoder.pagesInto(new GuestPages(xen.memory()));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    try {
      switch (message) {
        case Take(var sequence, var data) -> {
          take(data.asReadOnlyByteBuffer());
          replyTo.tell(new Taken(sequence));
        }
        case End end -> replyTo.tell(end(end));
      }
      return this;
    } catch (ImageRefused | WrongSize refused) {
      replyTo.tell(new Refused(refused.getMessage()));
      return Behaviors.stopped();
    }
  }

  /** Stackless: what a stream says is part of the protocol. */
  private static final class WrongSize extends Exception {
    private static final long serialVersionUID = 1L;

    WrongSize(String message) {
      super(message, null, false, false);
    }
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private void take(ByteBuffer piece) throws ImageRefused, WrongSize {
    ImageEvent event = decoder.next(piece);
    while (!(event instanceof Starved)) {
      if (event instanceof P2mFrames(var frames, var _) && frames != xen.pages()) {
        throw new WrongSize(
            "the guest has %d KiB, its configuration says %d KiB"
                .formatted(frames * 4, xen.pages() * 4));
      }
      event = decoder.next(piece);
    }
  }

  private Report end(End end) throws ImageRefused {
    if (end.bytes() != decoder.offset()) {
      return new Refused(
          "the stream has %d bytes, %d have come".formatted(end.bytes(), decoder.offset()));
    }
    GuestState state = decoder.finish();
    if (end.checking() == Checking.NONE) {
      return new Filled(state, ByteString.EMPTY, 0);
    }
    byte[] hash = MemoryHash.of(new GuestPages(xen.memory()), xen.pages());
    return new Filled(state, ByteString.copyFrom(hash), xen.pages());
  }
}
