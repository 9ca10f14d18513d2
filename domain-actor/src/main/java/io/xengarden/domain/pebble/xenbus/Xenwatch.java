package io.xengarden.domain.pebble.xenbus;

import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.Store;
import java.util.List;

/**
 * The kernel thread that reacts to xenstore: sets up its watches, then serves one bit at a time.
 */
public final class Xenwatch extends Routine<Xenwatch.At> {
  /** What the guest can be asked for; the toolstack may look before it asks. */
  private static final List<String> FEATURES = List.of("poweroff", "reboot", "halt", "suspend");

  private static final int INDEX = 0;

  /** Its steps. */
  public enum At {
    RESET,
    WATCH_SHUTDOWN,
    WATCH_DEVICES,
    WATCH_CPUS,
    FEATURES,
    READ_NAME,
    NAMED,
    REGISTERED,
    LOOP,
    SHUTDOWN_DONE
  }

  public Xenwatch() {
    super(Entry.XENWATCH, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case RESET -> Store.resetWatches(v, at(At.WATCH_SHUTDOWN));
      case WATCH_SHUTDOWN -> watch(v, "control/shutdown", WatchBit.SHUTDOWN, At.WATCH_DEVICES);
      case WATCH_DEVICES -> watch(v, "device", WatchBit.DEVICES, At.WATCH_CPUS);
      case WATCH_CPUS -> watch(v, "cpu", WatchBit.CPUS, At.FEATURES);
      case FEATURES -> advertise(v);
      case READ_NAME -> Store.read(v, "name", at(At.NAMED));
      case NAMED -> {
        if (v.task().result() > 0 && v.state().hostName().isEmpty()) {
          v.state().hostName(Store.reply(v));
        }
        v.goTo(at(At.REGISTERED));
      }
      case REGISTERED -> {
        // Watches fire as they are set, but later: the first look does not wait for that.
        mark(v, 1 << WatchBit.DEVICES | 1 << WatchBit.CPUS);
        v.goTo(at(At.LOOP));
      }
      case LOOP -> loop(v);
      case SHUTDOWN_DONE -> v.goTo(at(v.task().result() == Shutdown.RESUMED ? At.RESET : At.LOOP));
    }
  }

  /** Has xenwatch look at something. */
  static void mark(Vcpu v, int bits) {
    v.state().xenwatch(v.state().xenwatch() | bits);
    Scheduler.wakeAll(v, Wait.XENWATCH);
  }

  private void watch(Vcpu v, String path, int bit, At next) {
    Store.watch(v, path, bit, at(next));
  }

  private void advertise(Vcpu v) {
    int index = (int) v.task().add(INDEX, 1) - 1;
    if (index < FEATURES.size()) {
      Store.write(v, "control/feature-" + FEATURES.get(index), "1", at(At.FEATURES));
    } else {
      v.task().local(INDEX, 0);
      v.goTo(at(At.READ_NAME));
    }
  }

  private void loop(Vcpu v) {
    KernelState state = v.state();
    int bits = state.xenwatch();
    if (bits == 0) {
      if (!state.is(KernelState.PROBED)) {
        state.set(KernelState.PROBED, true);
        Scheduler.wakeAll(v, Wait.KERNEL);
      }
      v.park(Wait.XENWATCH, 0, at(At.LOOP));
      return;
    }
    int bit = Integer.numberOfTrailingZeros(bits);
    state.xenwatch(bits & ~(1 << bit));
    DeviceKind kind = DeviceKind.ofBit(bit);
    switch (bit) {
      case WatchBit.DEVICES -> v.call(Entry.DEVICES, at(At.LOOP));
      case WatchBit.SHUTDOWN -> v.call(Entry.SHUTDOWN, at(At.SHUTDOWN_DONE));
      case WatchBit.CPUS -> v.call(Entry.CPUS, at(At.LOOP));
      default -> {
        if (kind != null) {
          v.call(Entry.FRONTEND, at(At.LOOP), kind.index(), bit - kind.firstBit());
        }
      }
    }
  }
}
