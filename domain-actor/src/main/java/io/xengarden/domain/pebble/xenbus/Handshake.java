package io.xengarden.domain.pebble.xenbus;

import io.xengarden.abi.XenbusState;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.Store;

/**
 * One device's handshake, as far as it goes now: looks at the backend's state and at its own, does
 * the one thing that is due, and looks again until nothing is. Source: ref/xen.md §4.1; Linux
 * blkfront's blkback_changed().
 */
public final class Handshake extends Routine<Handshake.At> {
  private static final int KIND = 0;
  private static final int SLOT = 1;

  /** The state that is being written. */
  private static final int NEXT = 2;

  /** Its steps. */
  public enum At {
    START,
    BACKEND_READ,
    BACKEND_ID_READ,
    LOOK,
    STATE_READ,
    PREPARED,
    CONFIGURED,
    RECONFIGURED,
    STATE_WRITTEN,
    STARTED,
    CLOSED,
    FORGOTTEN,
    UNWATCHED
  }

  public Handshake() {
    super(Entry.FRONTEND, At.class);
  }

  /** Arguments: index of the kind, slot. */
  @Override
  public int locals() {
    return 3;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    DeviceKind kind = DeviceKind.of((int) task.local(KIND));
    int slot = (int) task.local(SLOT);
    Frontend frontend = Frontend.of(v.memory(), kind, slot);
    switch (at) {
      case START -> start(v, kind, frontend);
      case BACKEND_READ -> backendRead(v, kind, frontend);
      case BACKEND_ID_READ -> backendIdRead(v, kind, slot, frontend);
      case LOOK -> Store.read(v, frontend.backend() + "/state", at(At.STATE_READ));
      case STATE_READ -> decide(v, kind, slot, frontend);
      case PREPARED -> orClose(v, kind, frontend, XenbusState.INITIALISED);
      case CONFIGURED -> orClose(v, kind, frontend, XenbusState.CONNECTED);
      case RECONFIGURED, STARTED -> {
        Scheduler.wakeAll(v, Wait.DEVICE);
        v.ret(0);
      }
      case STATE_WRITTEN -> written(v, kind, slot, frontend);
      case CLOSED -> write(v, kind, frontend, XenbusState.CLOSED);
      case FORGOTTEN -> unwatch(v, kind, slot, frontend);
      case UNWATCHED -> {
        frontend.set(Frontend.USED, false);
        Scheduler.wakeAll(v, Wait.DEVICE);
        Xenwatch.mark(v, 1 << WatchBit.DEVICES); // it may have come back meanwhile
        v.ret(0);
      }
    }
  }

  private void start(Vcpu v, DeviceKind kind, Frontend frontend) {
    if (!frontend.is(Frontend.USED)) {
      v.ret(0);
    } else if (frontend.is(Frontend.GONE)) {
      v.call(kind.close(), at(At.FORGOTTEN), v.task().local(SLOT));
    } else if (frontend.backend().isEmpty()) {
      Store.read(v, frontend.path(kind) + "/backend", at(At.BACKEND_READ));
    } else {
      v.goTo(at(At.LOOK));
    }
  }

  private void backendRead(Vcpu v, DeviceKind kind, Frontend frontend) {
    String path = v.task().result() > 0 ? Store.reply(v) : "";
    if (path.isEmpty() || path.length() > Frontend.backendMax() || path.indexOf('\0') >= 0) {
      v.ret(0); // being made or being removed: the watch on "device" tells when
      return;
    }
    frontend.backend(path);
    Store.read(v, frontend.path(kind) + "/backend-id", at(At.BACKEND_ID_READ));
  }

  private void backendIdRead(Vcpu v, DeviceKind kind, int slot, Frontend frontend) {
    String id = v.task().result() > 0 ? Store.reply(v) : "";
    if (!id.matches("[0-9]{1,5}")) {
      frontend.backend("");
      v.ret(0);
      return;
    }
    frontend.backendId(Integer.parseInt(id));
    frontend.set(Frontend.WATCHED, true);
    Store.watch(v, frontend.backend() + "/state", kind.firstBit() + slot, at(At.LOOK));
  }

  private void decide(Vcpu v, DeviceKind kind, int slot, Frontend frontend) {
    XenbusState mine = frontend.state();
    XenbusState theirs =
        v.task().result() > 0 ? XenbusState.parse(Store.reply(v)) : XenbusState.UNKNOWN;
    switch (theirs) {
      case INIT_WAIT, INITIALISED -> {
        if (mine == XenbusState.INITIALISING) {
          v.call(kind.connect(), at(At.PREPARED), slot);
        } else {
          reopen(v, kind, frontend);
        }
      }
      case INITIALISING -> reopen(v, kind, frontend);
      case CONNECTED, RECONFIGURED -> connected(v, kind, slot, mine);
      case CLOSING, CLOSED -> {
        boolean open = mine != XenbusState.CLOSED && mine != XenbusState.INITIALISING;
        if (open || theirs == XenbusState.CLOSING && mine != XenbusState.CLOSED) {
          write(v, kind, frontend, XenbusState.CLOSING);
        } else {
          v.ret(0);
        }
      }
      case UNKNOWN, RECONFIGURING -> v.ret(0);
    }
  }

  /** The backend has begun again: so does a frontend that was closed. */
  private void reopen(Vcpu v, DeviceKind kind, Frontend frontend) {
    if (frontend.state() == XenbusState.CLOSED && !frontend.is(Frontend.FAILED)) {
      write(v, kind, frontend, XenbusState.INITIALISING);
    } else {
      v.ret(0);
    }
  }

  private void connected(Vcpu v, DeviceKind kind, int slot, XenbusState mine) {
    switch (mine) {
      case INITIALISING -> v.call(kind.connect(), at(At.PREPARED), slot);
      case INITIALISED -> v.call(kind.configure(), at(At.CONFIGURED), slot);
      case CONNECTED -> v.call(kind.configure(), at(At.RECONFIGURED), slot);
      default -> v.ret(0);
    }
  }

  private void orClose(Vcpu v, DeviceKind kind, Frontend frontend, XenbusState next) {
    long result = v.task().result();
    if (result != 0) {
      frontend.set(Frontend.FAILED, true);
      v.log(Printf.text("xenbus: %s: error %d", frontend.path(kind), result));
    }
    write(v, kind, frontend, result == 0 ? next : XenbusState.CLOSING);
  }

  private void write(Vcpu v, DeviceKind kind, Frontend frontend, XenbusState next) {
    v.task().local(NEXT, next.number());
    String number = Integer.toString(next.number());
    Store.write(v, frontend.path(kind) + "/state", number, at(At.STATE_WRITTEN));
  }

  /** The one place where a frontend's state changes. */
  private void written(Vcpu v, DeviceKind kind, int slot, Frontend frontend) {
    if (v.task().result() < 0) {
      v.ret(0); // the directory goes away; the watch on "device" tells
      return;
    }
    XenbusState next = XenbusState.of((int) v.task().local(NEXT));
    frontend.state(next);
    switch (next) {
      case CONNECTED -> v.call(kind.start(), at(At.STARTED), slot);
      case CLOSING -> v.call(kind.close(), at(At.CLOSED), slot);
      case CLOSED -> {
        Scheduler.wakeAll(v, Wait.DEVICE);
        v.goTo(at(At.LOOK));
      }
      default -> v.goTo(at(At.LOOK));
    }
  }

  private void unwatch(Vcpu v, DeviceKind kind, int slot, Frontend frontend) {
    if (frontend.is(Frontend.WATCHED)) {
      int bit = kind.firstBit() + slot;
      Store.unwatch(v, frontend.backend() + "/state", bit, at(At.UNWATCHED));
    } else {
      v.goTo(at(At.UNWATCHED));
    }
  }
}
