package io.xengarden.domain.pebble.kernel;

import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.VcpuRecord;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.machine.Memory;
import java.util.function.Predicate;

/** The run queue, shared by all vCPUs, and what puts tasks onto it. */
public final class Scheduler {
  private Scheduler() {}

  /** What a new task is to be. {@code parent} is told when it ends, if it waits for that. */
  public record Spawn(int entry, String name, int flags, long parent) {}

  /** A new kernel thread, ready to run; null if there is no room. */
  public static Task spawn(Vcpu v, Spawn spawn) {
    Task task = freeRecord(v);
    if (task != null) {
      begin(v, task, spawn, 0);
    }
    return task;
  }

  /**
   * A new job with a zeroed work page, ready to run; null if there is no room, or if {@code
   * prepare} refuses it.
   */
  public static Task spawn(Vcpu v, Spawn spawn, Predicate<Task> prepare) {
    Task task = freeRecord(v);
    Extents extents = new Extents(v.memory());
    long gfn = task == null ? -1 : extents.allocate(1, v.state().ramPages());
    if (gfn < 0) {
      return null;
    }
    v.memory().fill(gfn << Memory.PAGE_SHIFT, Memory.PAGE_SIZE, (byte) 0);
    task.workPage(gfn << Memory.PAGE_SHIFT);
    if (!prepare.test(task)) {
      extents.free(gfn, 1);
      return null;
    }
    begin(v, task, spawn, task.workPage());
    return task;
  }

  private static void begin(Vcpu v, Task task, Spawn spawn, long workPage) {
    task.clear();
    task.workPage(workPage);
    task.pid(v.state().takePid());
    task.name(spawn.name());
    task.flags(spawn.flags());
    task.parent(spawn.parent());
    task.startedNs(v.now());
    task.enter(Entry.rip(Entry.EXIT, 0), v.kernel().routine(spawn.entry()).locals());
    task.rip(Entry.rip(spawn.entry(), 0));
    ready(v, task);
  }

  private static Task freeRecord(Vcpu v) {
    int used = v.state().tasksUsed();
    for (int index = 0; index < used; index++) {
      Task task = new Task(v.memory(), Layout.task(index));
      if (task.state() == Task.State.FREE) {
        return task;
      }
    }
    if (used == Layout.TASK_COUNT) {
      return null;
    }
    v.state().tasksUsed(used + 1);
    return new Task(v.memory(), Layout.task(used));
  }

  /**
   * Puts a task into the queue and sees to it that some vCPU looks there. Kernel threads and the
   * shell, which never run for long, go before jobs.
   */
  static void ready(Vcpu v, Task task) {
    KernelState state = v.state();
    task.state(Task.State.READY);
    task.waitFor(Wait.NOTHING, 0, 0);
    if (task.is(Task.KERNEL)) {
      task.next(state.runHead());
      state.runHead(task.address());
      state.runTail(state.runTail() == 0 ? task.address() : state.runTail());
    } else {
      append(v, state, task);
    }
    if (!kick(v, task) && task.is(Task.KERNEL)) {
      v.expire();
    }
  }

  private static void append(Vcpu v, KernelState state, Task task) {
    task.next(0);
    if (state.runTail() == 0) {
      state.runHead(task.address());
    } else {
      new Task(v.memory(), state.runTail()).next(task.address());
    }
    state.runTail(task.address());
  }

  /** The first task that {@code vcpu} may run, taken off the queue; null when there is none. */
  static Task take(Vcpu v, int vcpu) {
    KernelState state = v.state();
    long before = 0;
    for (long at = state.runHead(); at != 0; ) {
      Task task = new Task(v.memory(), at);
      if (vcpu == 0 || !task.is(Task.ON_VCPU_0)) {
        unlink(v, before, task);
        return task;
      }
      before = at;
      at = task.next();
    }
    return null;
  }

  private static void unlink(Vcpu v, long before, Task task) {
    KernelState state = v.state();
    if (before == 0) {
      state.runHead(task.next());
    } else {
      new Task(v.memory(), before).next(task.next());
    }
    if (state.runTail() == task.address()) {
      state.runTail(before);
    }
  }

  /** Makes a parked task run on; nothing when it is not parked. */
  public static void wake(Vcpu v, Task task) {
    if (task.state() == Task.State.PARKED) {
      ready(v, task);
    }
  }

  public static void wakeAll(Vcpu v, Wait what) {
    wakeAll(v, what, 0);
  }

  /** Wakes every task that waits for {@code what} with this key. */
  public static void wakeAll(Vcpu v, Wait what, long key) {
    int used = v.state().tasksUsed();
    for (int index = 0; index < used; index++) {
      Task task = new Task(v.memory(), Layout.task(index));
      if (task.state() == Task.State.PARKED && task.waitsFor() == what && task.waitKey() == key) {
        ready(v, task);
      }
    }
  }

  /** Asks a task to end; it does so before its next step, or when what is critical is done. */
  public static void kill(Vcpu v, Task task, boolean interrupted) {
    boolean again = task.is(Task.KILLED);
    task.set(Task.KILLED, true);
    task.set(Task.INTERRUPTED, interrupted);
    if (again) {
      task.set(Task.CATCHES, false);
    }
    if (task.mustDie() || task.is(Task.CATCHES)) {
      wake(v, task);
    }
  }

  /**
   * Rings an idle vCPU, unless this one is about to look at the queue by itself; false if none is.
   */
  private static boolean kick(Vcpu v, Task task) {
    boolean onlyHere = task.is(Task.ON_VCPU_0);
    boolean comesHere = !onlyHere || v.id() == 0;
    if (comesHere && v.record().is(VcpuRecord.IDLE) && v.state().runHead() == task.address()) {
      return true;
    }
    int last = onlyHere ? 1 : Layout.VCPU_COUNT;
    for (int vcpu = 0; vcpu < last; vcpu++) {
      VcpuRecord other = v.record(vcpu);
      if (vcpu != v.id() && other.is(VcpuRecord.IDLE) && other.kickPort() != 0) {
        other.set(VcpuRecord.IDLE, false);
        v.send(other.kickPort());
        return true;
      }
    }
    return false;
  }
}
