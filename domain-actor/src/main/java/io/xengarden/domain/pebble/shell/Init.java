package io.xengarden.domain.pebble.shell;

import io.xengarden.abi.StartInfo;
import io.xengarden.abi.XenbusState;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.console.Console;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.netfront.Net;
import io.xengarden.domain.pebble.programs.Programs;
import io.xengarden.domain.pebble.xenbus.Frontend;
import java.util.List;
import java.util.stream.Stream;

/**
 * The first task: starts the workloads that the command line names ({@code run='…'}), shows the
 * kernel log on hvc0 until devices are there, then becomes the shell.
 */
public final class Init extends Routine<Init.At> {
  /** How long the shell waits for devices that are being connected. */
  static final long PATIENCE_NS = 10_000_000_000L;

  private static final String WORKLOAD = "run=";

  private static final int INDEX = 0;
  private static final int DEADLINE = 1;

  /** Its steps. */
  public enum At {
    START,
    WORKLOADS,
    WAIT_FOR_DEVICES,
    LOG_OUT
  }

  public Init() {
    super(Entry.INIT, At.class);
  }

  @Override
  public int locals() {
    return 2;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case START -> {
        task.local(DEADLINE, v.now() + PATIENCE_NS);
        Console.raised(v); // what was typed before there was anybody to hear it
        v.goTo(at(At.WORKLOADS));
      }
      case WORKLOADS -> startNextWorkload(v, task);
      case WAIT_FOR_DEVICES -> waitForDevices(v, task);
      case LOG_OUT -> {
        if (Console.putLog(v)) {
          v.state().set(KernelState.QUIET, true);
          v.goTo(Entry.rip(Entry.SHELL, 0));
        } else {
          v.park(Wait.CONSOLE_ROOM, 0, at(At.LOG_OUT));
        }
      }
    }
  }

  private void startNextWorkload(Vcpu v, Task task) {
    String line = StartInfo.readFrom(v.memory(), v.state().startInfo()).cmdLine();
    List<String> workloads =
        Words.split(line).stream().filter(word -> word.startsWith(WORKLOAD)).toList();
    int index = (int) task.local(INDEX);
    if (index == workloads.size()) {
      v.goTo(at(At.WAIT_FOR_DEVICES));
      return;
    }
    task.local(INDEX, index + 1);
    String workload = workloads.get(index).substring(WORKLOAD.length());
    List<Words.Command> commands = Words.parse(workload, 0).commands();
    if (commands.size() != 1 || !Programs.exists(commands.getFirst().words().getFirst())) {
      v.log(Printf.text("init: cannot run '%s'", workload));
    } else if (Programs.start(v, commands.getFirst().words(), Task.BACKGROUND, 0) == null) {
      v.log(Printf.text("init: no room to run '%s'", workload));
    }
  }

  private void waitForDevices(Vcpu v, Task task) {
    boolean settled = v.state().is(KernelState.PROBED) && allSettled(v);
    long deadline = task.local(DEADLINE);
    if (settled || v.now() >= deadline) {
      v.log("Run shell on hvc0");
      v.goTo(at(At.LOG_OUT));
    } else {
      Console.putLog(v);
      v.parkUntil(Wait.KERNEL, 0, deadline, at(At.WAIT_FOR_DEVICES));
    }
  }

  private static boolean allSettled(Vcpu v) {
    return Stream.<Frontend>concat(Block.disks(v).stream(), Net.interfaces(v).stream())
        .allMatch(
            device ->
                device.state() == XenbusState.CONNECTED
                    || device.state() == XenbusState.CLOSED
                    || device.is(Frontend.FAILED));
  }
}
