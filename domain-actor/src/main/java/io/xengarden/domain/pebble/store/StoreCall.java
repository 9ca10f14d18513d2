package io.xengarden.domain.pebble.store;

import io.xengarden.abi.Errno;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One request and its reply. Messages must not mingle in the ring, so tasks send one at a time, and
 * what has begun to send is not killed before it has its reply; replies come in any order.
 */
public final class StoreCall extends Routine<StoreCall.At> {
  /** {@link Task#replyType} while there is no reply. */
  static final int NO_REPLY = -1;

  private static final int OPERATION = 0;
  private static final int PAYLOAD = 1;
  private static final int LENGTH = 2;
  private static final int SENT = 3;

  /** Its steps. */
  public enum At {
    START,
    SEND,
    WAIT
  }

  public StoreCall() {
    super(Entry.STORE_CALL, At.class);
  }

  /** Arguments: type, address and length of the payload. Returns the reply's length or -errno. */
  @Override
  public int locals() {
    return 4;
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case START -> start(v);
      case SEND -> send(v);
      case WAIT -> {
        if (v.task().replyType() == NO_REPLY) {
          v.park(Wait.STORE_REPLY, 0, at(At.WAIT));
        } else {
          finish(v);
        }
      }
    }
  }

  private void start(Vcpu v) {
    StoreState store = new StoreState(v.memory());
    Task task = v.task();
    if (store.isBroken()) {
      v.ret(Errno.EIO.result());
    } else if (store.sender() != 0 || v.state().is(KernelState.SUSPENDING)) {
      v.park(Wait.STORE_ROOM, 0, at(At.START));
    } else {
      task.set(Task.CRITICAL, true);
      task.request(store.takeId());
      task.replyType(NO_REPLY);
      store.sender(task.address());
      store.outstanding(store.outstanding() + 1);
      v.goTo(at(At.SEND));
    }
  }

  private void send(Vcpu v) {
    Task task = v.task();
    byte[] message = message(v, task);
    int sent = (int) task.local(SENT);
    int moved = push(v, message, sent);
    task.local(SENT, sent + moved);
    if (task.replyType() != NO_REPLY) {
      passTurn(v);
      finish(v); // the connection broke meanwhile
    } else if (sent + moved < message.length) {
      v.park(Wait.STORE_ROOM, 0, at(At.SEND));
    } else {
      passTurn(v);
      v.goTo(at(At.WAIT));
    }
  }

  private static byte[] message(Vcpu v, Task task) {
    int length = (int) task.local(LENGTH);
    ByteBuffer message =
        ByteBuffer.allocate(XenstoreMessage.HEADER + length).order(ByteOrder.LITTLE_ENDIAN);
    message.putInt((int) task.local(OPERATION)).putInt(task.request()).putInt(0).putInt(length);
    message.put(v.memory().read(task.local(PAYLOAD), length));
    return message.array();
  }

  private static int push(Vcpu v, byte[] message, int sent) {
    try {
      int moved =
          XenstoreRing.writeRequest(
              v.memory(), v.state().storeRing(), message, sent, message.length - sent);
      if (moved > 0) {
        v.send(v.state().storePort());
      }
      return moved;
    } catch (RingCorrupt e) {
      StoreInput.breakOff(v, e.getMessage());
      return 0;
    }
  }

  private static void passTurn(Vcpu v) {
    new StoreState(v.memory()).sender(0);
    Scheduler.wakeAll(v, Wait.STORE_ROOM);
  }

  private static void finish(Vcpu v) {
    Task task = v.task();
    task.request(0);
    task.set(Task.CRITICAL, false);
    StoreState store = new StoreState(v.memory());
    store.outstanding(store.outstanding() - 1);
    if (store.outstanding() == 0) {
      Scheduler.wakeAll(v, Wait.STORE_QUIET);
    }
    v.ret(result(v, task));
  }

  private static long result(Vcpu v, Task task) {
    if (task.replyType() == task.local(OPERATION)) {
      return task.replyLength();
    }
    if (task.replyType() != XenstoreOp.ERROR.number()) {
      return Errno.EIO.result();
    }
    int length = Math.min(task.replyLength(), Math.min(task.replyRoom(), 16));
    String name =
        new String(v.memory().read(task.replyAt(), length), StandardCharsets.US_ASCII)
            .replace("\0", "");
    return Arrays.stream(Errno.values())
        .filter(errno -> errno.name().equals(name))
        .findFirst()
        .orElse(Errno.EIO)
        .result();
  }
}
