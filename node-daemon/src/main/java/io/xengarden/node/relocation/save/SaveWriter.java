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
import io.xengarden.node.image.FrameWalk;
import io.xengarden.node.image.GuestPages;
import io.xengarden.node.image.GuestState;
import io.xengarden.node.image.ImageEncoder;
import io.xengarden.node.image.PageSource;
import io.xengarden.node.relocation.guest.DomainImage;
import io.xengarden.node.relocation.save.SaveFiles.Saving;
import io.xengarden.proto.v1.DomainConfig;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes one save file. It blocks, so it lives on the I/O dispatcher; its end closes the file. */
final class SaveWriter extends AbstractOnMessageBehavior<SaveWriter.Command> {
  /** Pages between two reports. */
  private static final long REPORT_PAGES = 16_384;

  sealed interface Command {}

  /** Writes everything and puts the file in its place. Once, behind {@link Opened}. */
  record Write(XenDomain xen, GuestState state, DomainConfig config) implements Command {}

  sealed interface Report {}

  /** The file can be written, as far as can be known before. */
  record Opened() implements Report {}

  /**
   * @param scanned frames looked at
   * @param pages of them written
   */
  record Wrote(long scanned, long pages, long bytes) implements Report {}

  record InPlace(long pages, long bytes) implements Report {}

  record Failed(String why) implements Report {}

  private final String file;
  private final Saving saving;
  private final ActorRef<Report> replyTo;

  static Behavior<Command> create(SaveFiles files, String file, ActorRef<Report> replyTo) {
    return Behaviors.setup(context -> open(context, files, file, replyTo));
  }

  private static Behavior<Command> open(
      ActorContext<Command> context, SaveFiles files, String file, ActorRef<Report> replyTo) {
    try {
      SaveWriter writer = new SaveWriter(context, file, files.create(file), replyTo);
      replyTo.tell(new Opened());
      return writer;
    } catch (IOException e) {
      replyTo.tell(new Failed(e.getMessage()));
      return Behaviors.stopped();
    }
  }

  private SaveWriter(
      ActorContext<Command> context, String file, Saving saving, ActorRef<Report> replyTo) {
    super(context);
    this.file = file;
    this.saving = saving;
    this.replyTo = replyTo;
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Write write -> {
        replyTo.tell(write(write));
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

  private Report write(Write write) {
    try {
      ImageEncoder encoder =
          ImageEncoder.ofFile(
              DomainImage.shape(write.xen()), ConfigJson.write(write.config()), saving.chunks());
      encoder.begin();
      long pages = writePages(write.xen(), encoder);
      encoder.finish(write.state());
      saving.commit();
      return new InPlace(pages, encoder.bytes());
    } catch (UncheckedIOException e) {
      return new Failed(e.getCause().getMessage());
    } catch (IOException e) {
      return new Failed(e.getMessage());
    }
  }

  private long writePages(XenDomain xen, ImageEncoder encoder) {
    PageSource source = new GuestPages(xen.memory());
    FrameWalk walk = new FrameWalk(source, xen.pages());
    long[] gfns = new long[ImageEncoder.PAGES_PER_CHUNK];
    long pages = 0;
    long reported = 0;
    for (int count = walk.next(gfns); count > 0; count = walk.next(gfns)) {
      encoder.pages(gfns, count, source);
      pages += count;
      if (pages - reported >= REPORT_PAGES) {
        reported = pages;
        replyTo.tell(new Wrote(gfns[count - 1] + 1, pages, encoder.bytes()));
      }
    }
    return pages;
  }

  private void close() {
    try {
      saving.close();
    } catch (IOException e) {
      getContext().getLog().warn("{}: {}", file, e.getMessage());
    }
  }
}
