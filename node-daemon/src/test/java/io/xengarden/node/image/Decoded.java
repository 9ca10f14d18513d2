package io.xengarden.node.image;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

/** What a decoder made of some bytes. */
final class Decoded {
  final List<ImageEvent> events = new ArrayList<>();
  final SparsePages pages = new SparsePages();
  GuestState state;

  static Decoded file(byte[] image) throws ImageRefused {
    return new Decoded().decode(ImageDecoder.ofFile("FILE", ImageLimits.LARGEST), image);
  }

  static Decoded stream(byte[] image) throws ImageRefused {
    return new Decoded().decode(ImageDecoder.ofStream("FILE", ImageLimits.LARGEST), image);
  }

  /** The refusal's line, or "accepted". */
  static String refusalOf(ImageDecoder decoder, byte[] image) {
    try {
      new Decoded().decode(decoder, image);
      return "accepted";
    } catch (ImageRefused e) {
      return e.getMessage();
    }
  }

  static String refusalOfFile(byte[] image) {
    return refusalOf(ImageDecoder.ofFile("FILE", ImageLimits.LARGEST), image);
  }

  static String refusalOfStream(byte[] image) {
    return refusalOf(ImageDecoder.ofStream("FILE", ImageLimits.LARGEST), image);
  }

  Decoded decode(ImageDecoder decoder, byte[] image) throws ImageRefused {
    return decode(decoder, image, () -> image.length);
  }

  /** Feeds pieces of the sizes that are asked for. */
  Decoded decode(ImageDecoder decoder, byte[] image, IntSupplier pieceBytes) throws ImageRefused {
    decoder.pagesInto(pages);
    for (int at = 0; at < image.length; ) {
      int length = Math.min(pieceBytes.getAsInt(), image.length - at);
      feed(decoder, ByteBuffer.wrap(image, at, length));
      at += length;
    }
    state = decoder.finish();
    return this;
  }

  private void feed(ImageDecoder decoder, ByteBuffer piece) throws ImageRefused {
    ImageEvent event = decoder.next(piece);
    while (!(event instanceof ImageEvent.Starved)) {
      events.add(event);
      event = decoder.next(piece);
    }
    if (piece.hasRemaining()) {
      throw new AssertionError("starved with " + piece.remaining() + " bytes left");
    }
  }

  <E extends ImageEvent> List<E> all(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  <E extends ImageEvent> E only(Class<E> type) {
    List<E> found = all(type);
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " of " + type.getSimpleName());
    }
    return found.getFirst();
  }

  /** Whether another decoding means the same guest. */
  boolean sameGuest(Decoded other) {
    return pages.equals(other.pages)
        && state.startInfoGfn() == other.state.startInfoGfn()
        && state.tsc().equals(other.state.tsc())
        && Arrays.equals(state.sharedInfo(), other.state.sharedInfo())
        && sameVcpus(other.state);
  }

  private boolean sameVcpus(GuestState other) {
    if (state.vcpus().size() != other.vcpus().size()) {
      return false;
    }
    for (int i = 0; i < state.vcpus().size(); i++) {
      SavedVcpu mine = state.vcpus().get(i);
      SavedVcpu theirs = other.vcpus().get(i);
      if (mine.id() != theirs.id()
          || !Arrays.equals(mine.context().toBytes(), theirs.context().toBytes())) {
        return false;
      }
    }
    return true;
  }
}
