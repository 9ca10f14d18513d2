package io.xengarden.domain.pebble.store;

import io.xengarden.abi.XenstoreOp;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Xenstore as tasks call it. Each call goes on at {@code returnTo}, where the task's result is the
 * reply's length or a negative errno; {@link #reply} is its text. Relative paths begin at the
 * domain's own.
 */
public final class Store {
  /** In a job's work page: the request, then the reply. */
  private static final int JOB_REQUEST = 2048;

  private static final int JOB_REQUEST_SIZE = 512;
  private static final int JOB_REPLY = JOB_REQUEST + JOB_REQUEST_SIZE;
  private static final int JOB_REPLY_SIZE = Memory.PAGE_SIZE - JOB_REPLY;

  private Store() {}

  public static void read(Vcpu v, String path, long returnTo) {
    call(v, XenstoreOp.READ, returnTo, path, "");
  }

  /** The names below a path; {@link #names} takes the reply apart. */
  public static void list(Vcpu v, String path, long returnTo) {
    call(v, XenstoreOp.DIRECTORY, returnTo, path, "");
  }

  public static void write(Vcpu v, String path, String value, long returnTo) {
    call(v, XenstoreOp.WRITE, returnTo, path, value);
  }

  /** Watches a path: each event sets {@code bit} for xenwatch. */
  public static void watch(Vcpu v, String path, int bit, long returnTo) {
    call(v, XenstoreOp.WATCH, returnTo, path, bit + "\0");
  }

  public static void unwatch(Vcpu v, String path, int bit, long returnTo) {
    call(v, XenstoreOp.UNWATCH, returnTo, path, bit + "\0");
  }

  /** Drops every watch that this domain's connection had before, wherever that was. */
  public static void resetWatches(Vcpu v, long returnTo) {
    call(v, XenstoreOp.RESET_WATCHES, returnTo, "", "");
  }

  /** The payload of the last reply, cut to what its buffer holds. */
  public static String reply(Vcpu v) {
    Task task = v.task();
    int length = (int) Math.min(task.result(), task.replyRoom());
    if (length <= 0) {
      return "";
    }
    return new String(v.memory().read(task.replyAt(), length), StandardCharsets.UTF_8);
  }

  /** The last reply as a list of names; the last one is left out if the reply was cut. */
  public static List<String> names(Vcpu v) {
    String reply = reply(v);
    String whole = reply.substring(0, reply.lastIndexOf('\0') + 1);
    return Arrays.stream(whole.split("\0")).filter(name -> !name.isEmpty()).toList();
  }

  /** Forgets what was half received: after a resume the ring starts again. */
  public static void restart(Vcpu v) {
    StoreState state = new StoreState(v.memory());
    state.received(0);
    state.broken(false);
    long ring = v.state().storeRing();
    Memory memory = v.memory();
    memory.putInt(ring + XenstoreRing.RSP_CONS, memory.getInt(ring + XenstoreRing.RSP_PROD));
  }

  /** Whether no request is outstanding or half sent. */
  public static boolean isQuiet(Vcpu v) {
    return new StoreState(v.memory()).outstanding() == 0;
  }

  private static void call(Vcpu v, XenstoreOp operation, long returnTo, String path, String value) {
    byte[] payload = (path + "\0" + value).getBytes(StandardCharsets.UTF_8);
    Task task = v.task();
    boolean job = task.workPage() != 0;
    StoreState state = new StoreState(v.memory());
    long request = job ? task.workPage() + JOB_REQUEST : state.requestAt();
    int room = job ? JOB_REQUEST_SIZE : StoreState.REQUEST_SIZE;
    if (payload.length > room) {
      throw new IllegalStateException("xenstore request of " + payload.length + " bytes");
    }
    v.memory().write(request, payload);
    task.replyRoom(
        job ? task.workPage() + JOB_REPLY : state.replyAt(),
        job ? JOB_REPLY_SIZE : StoreState.REPLY_SIZE);
    v.call(Entry.STORE_CALL, returnTo, operation.number(), request, payload.length);
  }
}
