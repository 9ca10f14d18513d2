package io.xengarden.domain.pebble.xenbus;

import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.Store;
import io.xengarden.machine.Memory;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Compares the device directories with the records: who is new, who is gone. */
public final class Devices extends Routine<Devices.At> {
  private static final int KIND = 0;

  /** Its steps. */
  public enum At {
    LIST,
    LISTED
  }

  public Devices() {
    super(Entry.DEVICES, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    if (task.local(KIND) == DeviceKind.count()) {
      v.ret(0);
      return;
    }
    DeviceKind kind = DeviceKind.of((int) task.local(KIND));
    switch (at) {
      case LIST -> Store.list(v, "device/" + kind.directory(), at(At.LISTED));
      case LISTED -> {
        compare(v, kind, task.result() > 0 ? Store.names(v) : List.of());
        task.add(KIND, 1);
        v.goTo(at(At.LIST));
      }
    }
  }

  private static void compare(Vcpu v, DeviceKind kind, List<String> names) {
    Memory memory = v.memory();
    Set<Integer> present = new TreeSet<>();
    for (String name : names) {
      int devid = devid(name);
      if (devid >= 0 && present.add(devid) && slotOf(memory, kind, devid) < 0) {
        begin(v, kind, devid);
      }
    }
    for (int slot = 0; slot < kind.slots(); slot++) {
      Frontend frontend = Frontend.of(memory, kind, slot);
      if (frontend.is(Frontend.USED) && !present.contains(frontend.devid())) {
        frontend.set(Frontend.GONE, true);
        Xenwatch.mark(v, 1 << kind.firstBit() + slot);
      }
    }
  }

  private static void begin(Vcpu v, DeviceKind kind, int devid) {
    for (int slot = 0; slot < kind.slots(); slot++) {
      Frontend frontend = Frontend.of(v.memory(), kind, slot);
      if (!frontend.is(Frontend.USED)) {
        frontend.begin(kind, devid);
        Xenwatch.mark(v, 1 << kind.firstBit() + slot);
        return;
      }
    }
    v.log(
        Printf.text(
            "xenbus: no room for %s/%d, %d at most", kind.directory(), devid, kind.slots()));
  }

  private static int slotOf(Memory memory, DeviceKind kind, int devid) {
    for (int slot = 0; slot < kind.slots(); slot++) {
      Frontend frontend = Frontend.of(memory, kind, slot);
      if (frontend.is(Frontend.USED) && frontend.devid() == devid) {
        return slot;
      }
    }
    return -1;
  }

  /** A device's number, or -1 for a name that is none. */
  private static int devid(String name) {
    return name.matches("0|[1-9][0-9]{0,8}") ? Integer.parseInt(name) : -1;
  }
}
