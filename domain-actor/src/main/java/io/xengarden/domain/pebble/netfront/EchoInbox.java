package io.xengarden.domain.pebble.netfront;

import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Record;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.net.EchoPacket;
import java.util.Optional;

/**
 * Echo replies for a task that listens, in its work page: a ring of the last few. Its tag's id is
 * the low half of its pid. What finds no room is lost, as on any socket.
 */
public final class EchoInbox extends Record {
  /** A reply, and when it came, in guest time. */
  public record Reply(int from, int sequence, int ttl, int icmpBytes, long atNs) {}

  static final int COUNT = 16;

  /** Bytes from the middle of the work page on. */
  public static final int SIZE = 512;

  private static final int AT = 2048;
  private static final int HEAD = 0;
  private static final int TAIL = 4;
  private static final int FIRST = 16;
  private static final int ENTRY = 24;

  public EchoInbox(Vcpu v, Task task) {
    super(v.memory(), task.workPage() + AT);
  }

  /** Empty; the task is given what comes from now on. */
  public static EchoInbox open(Vcpu v) {
    EchoInbox inbox = new EchoInbox(v, v.task());
    inbox.int64(HEAD, 0);
    v.task().set(Task.LISTENS, true);
    return inbox;
  }

  /** The id of a task's requests. */
  public static int id(Task task) {
    return task.pid() & 0xffff;
  }

  static void deliver(Vcpu v, EchoPacket packet) {
    for (int index = 0; index < v.state().tasksUsed(); index++) {
      Task task = new Task(v.memory(), Layout.task(index));
      boolean listens = task.state() != Task.State.FREE && task.is(Task.LISTENS);
      if (listens && id(task) == packet.tag().id()) {
        new EchoInbox(v, task).put(packet, v.now());
        if (task.waitsFor() == Wait.NET) {
          Scheduler.wake(v, task);
        }
        return;
      }
    }
  }

  private void put(EchoPacket packet, long now) {
    if (int32(TAIL) - int32(HEAD) == COUNT) {
      return;
    }
    int at = entry(int32(TAIL));
    int32(at, packet.addresses().source());
    int32(at + 4, packet.tag().sequence());
    int32(at + 8, packet.ttl());
    int32(at + 12, packet.icmpBytes());
    int64(at + 16, now);
    int32(TAIL, int32(TAIL) + 1);
  }

  /** The oldest; it stays until {@link #remove}. */
  public Optional<Reply> peek() {
    if (int32(HEAD) == int32(TAIL)) {
      return Optional.empty();
    }
    int at = entry(int32(HEAD));
    return Optional.of(
        new Reply(int32(at), int32(at + 4), int32(at + 8), int32(at + 12), int64(at + 16)));
  }

  public void remove() {
    int32(HEAD, int32(HEAD) + 1);
  }

  private static int entry(int index) {
    return FIRST + (index & COUNT - 1) * ENTRY;
  }
}
