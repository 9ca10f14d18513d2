package io.xengarden.domain.pebble.store;

import io.xengarden.abi.RingCorrupt;
import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Cost;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.StoreState.Incoming;
import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;

/**
 * What comes in over the xenstore ring. A message may arrive in pieces; a reply's payload goes
 * straight to whom it is for, what does not fit there or is for nobody is left out.
 */
public final class StoreInput {
  private StoreInput() {}

  /** The port has rung: bytes have come, or room to send. */
  public static void raised(Vcpu v) {
    StoreState store = new StoreState(v.memory());
    try {
      if (!store.isBroken()) {
        drain(v, store);
      }
    } catch (RingCorrupt e) {
      breakOff(v, e.getMessage());
    }
    Scheduler.wakeAll(v, Wait.STORE_ROOM);
  }

  /** Gives up on a peer that breaks the protocol: every request fails with EIO from now on. */
  static void breakOff(Vcpu v, String why) {
    new StoreState(v.memory()).broken(true);
    v.log("xenbus: xenstore connection is broken: " + why);
    int used = v.state().tasksUsed();
    for (int index = 0; index < used; index++) {
      Task task = new Task(v.memory(), Layout.task(index));
      if (task.state() != Task.State.FREE
          && task.request() != 0
          && task.replyType() == StoreCall.NO_REPLY) {
        task.replyLength(0);
        task.replyType(XenstoreOp.ERROR.number());
      }
    }
    Scheduler.wakeAll(v, Wait.STORE_REPLY);
  }

  private static void drain(Vcpu v, StoreState store) {
    Memory memory = v.memory();
    long ring = v.state().storeRing();
    int available = XenstoreRing.responsesAvailable(memory, ring);
    if (available == 0) {
      return;
    }
    byte[] bytes = new byte[available];
    int length = XenstoreRing.readResponse(memory, ring, bytes, 0, available);
    v.use(length * Cost.CONSOLE_BYTE);
    v.send(v.state().storePort());
    for (int at = 0; at < length && !store.isBroken(); ) {
      at += take(v, store, new Piece(bytes, at, length - at));
    }
  }

  private record Piece(byte[] bytes, int at, int length) {}

  /** Takes a part of a piece, up to the end of header or message. */
  private static int take(Vcpu v, StoreState store, Piece piece) {
    int received = store.received();
    if (received < XenstoreMessage.HEADER) {
      int count = Math.min(piece.length(), XenstoreMessage.HEADER - received);
      v.memory().write(store.headerAt() + received, piece.bytes(), piece.at(), count);
      store.received(received + count);
      if (received + count == XenstoreMessage.HEADER) {
        begun(v, store);
      }
      return count;
    }
    Incoming incoming = store.incoming();
    int done = received - XenstoreMessage.HEADER;
    int count = Math.min(piece.length(), incoming.length() - done);
    place(v, store, incoming, done, new Piece(piece.bytes(), piece.at(), count));
    store.received(received + count);
    if (done + count == incoming.length()) {
      complete(v, store, incoming);
    }
    return count;
  }

  private static void begun(Vcpu v, StoreState store) {
    Incoming incoming = store.incoming();
    if (Integer.compareUnsigned(incoming.length(), XenstoreMessage.PAYLOAD_MAX) > 0) {
      breakOff(v, "a message of " + Integer.toUnsignedString(incoming.length()) + " bytes");
    } else if (incoming.length() == 0) {
      complete(v, store, incoming);
    }
  }

  private static void place(Vcpu v, StoreState store, Incoming incoming, int done, Piece piece) {
    long target;
    int room;
    if (incoming.type() == XenstoreOp.WATCH_EVENT.number()) {
      target = store.eventAt();
      room = StoreState.EVENT_SIZE;
    } else {
      Task task = waiting(v, incoming.requestId());
      if (task == null) {
        return;
      }
      target = task.replyAt();
      room = task.replyRoom();
    }
    int fits = Math.clamp((long) room - done, 0, piece.length());
    v.memory().write(target + done, piece.bytes(), piece.at(), fits);
  }

  private static void complete(Vcpu v, StoreState store, Incoming incoming) {
    store.received(0);
    if (incoming.type() == XenstoreOp.WATCH_EVENT.number()) {
      event(v, store, incoming.length());
      return;
    }
    Task task = waiting(v, incoming.requestId());
    if (task != null) {
      task.replyLength(incoming.length());
      task.replyType(incoming.type());
      if (task.waitsFor() == Wait.STORE_REPLY) {
        Scheduler.wake(v, task);
      }
    }
  }

  private static Task waiting(Vcpu v, int requestId) {
    int used = v.state().tasksUsed();
    for (int index = 0; index < used && requestId != 0; index++) {
      Task task = new Task(v.memory(), Layout.task(index));
      if (task.request() == requestId
          && task.state() != Task.State.FREE
          && task.replyType() == StoreCall.NO_REPLY) {
        return task;
      }
    }
    return null;
  }

  /** The token says which bit to set; an event with any other token is none of ours. */
  private static void event(Vcpu v, StoreState store, int length) {
    if (length > StoreState.EVENT_SIZE) {
      set(v, -1); // its token was cut off: look at everything
      return;
    }
    String text = new String(v.memory().read(store.eventAt(), length), StandardCharsets.UTF_8);
    String[] parts = text.split("\0");
    if (parts.length < 2 || !parts[1].matches("[0-9]|[12][0-9]|3[01]")) {
      return;
    }
    set(v, 1 << Integer.parseInt(parts[1]));
  }

  private static void set(Vcpu v, int bits) {
    KernelState state = v.state();
    state.xenwatch(state.xenwatch() | bits);
    Scheduler.wakeAll(v, Wait.XENWATCH);
  }
}
