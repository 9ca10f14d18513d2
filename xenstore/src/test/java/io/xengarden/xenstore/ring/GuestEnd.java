package io.xengarden.xenstore.ring;

import io.xengarden.abi.EventSink;
import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The guest's side of a xenstore page: writes requests, reads what comes, counts the events. */
public final class GuestEnd implements EventSink {
  public static final int PAGE_BYTES = Memory.PAGE_SIZE;

  final GuestMemory memory;
  private final Memory page;
  private byte[] received = new byte[0];
  private int nextRequest = 1;
  int raised;

  public GuestEnd(HostMemory host, long mfn) {
    memory = new GuestMemory(host);
    memory.map(0, mfn, 1);
    page = memory.page(0, true);
  }

  public long mfn() {
    return memory.mfn(0);
  }

  public Memory page() {
    return page;
  }

  @Override
  public void raise() {
    raised++;
  }

  /** Writes a request as far as it fits; false if it did not fit whole. */
  public boolean send(XenstoreOp op, String payload) {
    byte[] bytes = request(op, payload);
    if (XenstoreRing.SIZE - XenstoreRing.requestsAvailable(page, 0) < bytes.length) {
      return false;
    }
    write(bytes);
    return true;
  }

  byte[] request(XenstoreOp op, String payload) {
    byte[] bytes = payload.replace('|', '\0').getBytes(StandardCharsets.ISO_8859_1);
    return new XenstoreMessage(op.number(), nextRequest++, 0, bytes).toBytes();
  }

  int write(byte... bytes) {
    return XenstoreRing.writeRequest(page, 0, bytes, 0, bytes.length);
  }

  /** Takes what is in the ring, whole messages or not. */
  int read() {
    byte[] chunk = new byte[XenstoreRing.SIZE];
    int count = XenstoreRing.readResponse(page, 0, chunk, 0, chunk.length);
    int before = received.length;
    received = Arrays.copyOf(received, before + count);
    System.arraycopy(chunk, 0, received, before, count);
    return count;
  }

  /** The whole messages that arrived since the last call; errors as {@code !ENOENT}. */
  public List<String> take() {
    read();
    List<String> messages = new ArrayList<>();
    int at = 0;
    while (received.length - at >= XenstoreMessage.HEADER
        && received.length - at
            >= XenstoreMessage.HEADER + XenstoreMessage.payloadLength(received, at)) {
      XenstoreMessage message = XenstoreMessage.fromBytes(received, at);
      messages.add(shown(message));
      at += XenstoreMessage.HEADER + message.payload().length;
    }
    received = Arrays.copyOfRange(received, at, received.length);
    return messages;
  }

  int error() {
    return page.getInt(XenstoreRing.ERROR);
  }

  private static String shown(XenstoreMessage message) {
    String text = new String(message.payload(), StandardCharsets.ISO_8859_1).replace('\0', '|');
    return switch (XenstoreOp.of(message.type())) {
      case ERROR -> "!" + text.replace("|", "");
      case WATCH_EVENT -> "event " + text;
      default -> text;
    };
  }
}
