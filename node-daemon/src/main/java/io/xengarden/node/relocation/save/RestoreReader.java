package io.xengarden.node.relocation.save;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.node.image.GuestPages;
import io.xengarden.node.image.GuestState;
import io.xengarden.node.image.ImageDecoder;
import io.xengarden.node.image.ImageEvent;
import io.xengarden.node.image.ImageEvent.Configuration;
import io.xengarden.node.image.ImageEvent.P2mFrames;
import io.xengarden.node.image.ImageEvent.PageData;
import io.xengarden.node.image.ImageEvent.Starved;
import io.xengarden.node.image.ImageLimits;
import io.xengarden.node.image.ImageRefused;
import io.xengarden.node.relocation.save.SaveFiles.Restoring;
import io.xengarden.proto.v1.DomainConfig;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads one save file: first its head, which says what domain is needed, then its pages into that
 * domain's memory. It blocks, so it lives on the I/O dispatcher. Whoever takes the memory away
 * waits for this actor's end first.
 */
final class RestoreReader extends AbstractOnMessageBehavior<RestoreReader.Command> {
  private static final int BUFFER_BYTES = 1 << 20;

  sealed interface Command {}

  /** Behind {@link Head}: reads all the rest. Once. */
  record Fill(XenDomain xen) implements Command {}

  sealed interface Report {}

  /** What the file says of its guest before any page. */
  record Head(DomainConfig config, long frames) implements Report {}

  /** All of it is in memory, and the file was whole. */
  record Filled(GuestState state, long pages, long bytes) implements Report {}

  /**
   * @param why one line that begins with the file's name
   */
  record Refused(String why) implements Report {}

  private final String file;
  private final Restoring restoring;
  private final ImageDecoder decoder;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
  private final ActorRef<Report> replyTo;
  private long pages;

  static Behavior<Command> create(SaveFiles files, String file, ActorRef<Report> replyTo) {
    return Behaviors.setup(context -> open(context, files, file, replyTo));
  }

  private static Behavior<Command> open(
      ActorContext<Command> context, SaveFiles files, String file, ActorRef<Report> replyTo) {
    try {
      RestoreReader reader = new RestoreReader(context, file, files.open(file), replyTo);
      return reader.readHead();
    } catch (IOException e) {
      replyTo.tell(new Refused(e.getMessage()));
      return Behaviors.stopped();
    }
  }

  private RestoreReader(
      ActorContext<Command> context, String file, Restoring restoring, ActorRef<Report> replyTo) {
    super(context);
    this.file = file;
    this.restoring = restoring;
    this.decoder = ImageDecoder.ofFile(file, ImageLimits.LARGEST);
    this.replyTo = replyTo;
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Fill(var xen) -> {
        replyTo.tell(fill(xen));
        yield Behaviors.stopped();
      }
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return switch (signal) {
      case PostStop _ -> {
        close();
        yield this;
      }
      case Terminated _ -> Behaviors.unhandled();
      default -> this;
    };
  }

  private Behavior<Command> readHead() {
    try {
      replyTo.tell(head());
      return this;
    } catch (ImageRefused | IOException e) {
      replyTo.tell(new Refused(e.getMessage()));
      close();
      return Behaviors.stopped();
    }
  }

  private Head head() throws ImageRefused, IOException {
    DomainConfig config = null;
    while (true) {
      switch (next()) {
        case Configuration(var json) -> config = ConfigJson.read(file, json);
        case P2mFrames(var frames, var _) -> {
          return new Head(config, frames);
        }
        case Starved _ -> {
          decoder.finish(); // it cannot be whole: this says what is missing
          throw new IllegalStateException(file + " ends before its pages and is whole");
        }
        default -> {}
      }
    }
  }

  private Report fill(XenDomain xen) {
    try {
      decoder.pagesInto(new GuestPages(xen.memory()));
      while (true) {
        switch (next()) {
          case PageData(var _, var count) -> pages += count;
          case Starved _ -> {
            return new Filled(decoder.finish(), pages, decoder.offset());
          }
          default -> {}
        }
      }
    } catch (ImageRefused | IOException e) {
      return new Refused(e.getMessage());
    }
  }

  /** The next event; Starved only at the file's end. */
  private ImageEvent next() throws ImageRefused, IOException {
    ImageEvent event = decoder.next(buffer);
    while (event instanceof Starved && restoring.read(buffer)) {
      event = decoder.next(buffer);
    }
    return event;
  }

  private void close() {
    try {
      restoring.close();
    } catch (IOException e) {
      getContext().getLog().warn("{}: {}", file, e.getMessage());
    }
  }
}
