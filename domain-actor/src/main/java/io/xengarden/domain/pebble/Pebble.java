package io.xengarden.domain.pebble;

import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.Guest;
import io.xengarden.domain.GuestCpu;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.BlockEvents;
import io.xengarden.domain.pebble.blkfront.VbdClose;
import io.xengarden.domain.pebble.blkfront.VbdConfigure;
import io.xengarden.domain.pebble.blkfront.VbdConnect;
import io.xengarden.domain.pebble.blkfront.VbdStart;
import io.xengarden.domain.pebble.console.Console;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.BindEvents;
import io.xengarden.domain.pebble.kernel.Boot;
import io.xengarden.domain.pebble.kernel.Drivers;
import io.xengarden.domain.pebble.kernel.Exit;
import io.xengarden.domain.pebble.kernel.Idle;
import io.xengarden.domain.pebble.kernel.Kernel;
import io.xengarden.domain.pebble.kernel.MapGrants;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Secondary;
import io.xengarden.domain.pebble.kernel.Upcall;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.netfront.NetThread;
import io.xengarden.domain.pebble.netfront.VifClose;
import io.xengarden.domain.pebble.netfront.VifConfigure;
import io.xengarden.domain.pebble.netfront.VifConnect;
import io.xengarden.domain.pebble.netfront.VifStart;
import io.xengarden.domain.pebble.programs.Dmesg;
import io.xengarden.domain.pebble.programs.Echo;
import io.xengarden.domain.pebble.programs.Kill;
import io.xengarden.domain.pebble.programs.Lines;
import io.xengarden.domain.pebble.programs.PowerProgram;
import io.xengarden.domain.pebble.programs.Sleep;
import io.xengarden.domain.pebble.programs.Status;
import io.xengarden.domain.pebble.programs.disk.Dd;
import io.xengarden.domain.pebble.programs.disk.Diskbench;
import io.xengarden.domain.pebble.programs.disk.Diskcheck;
import io.xengarden.domain.pebble.programs.disk.OpenDisk;
import io.xengarden.domain.pebble.programs.disk.Sha256Program;
import io.xengarden.domain.pebble.programs.file.Cat;
import io.xengarden.domain.pebble.programs.file.ReadFile;
import io.xengarden.domain.pebble.programs.load.Burn;
import io.xengarden.domain.pebble.programs.load.Counter;
import io.xengarden.domain.pebble.programs.load.Dirty;
import io.xengarden.domain.pebble.programs.load.Fill;
import io.xengarden.domain.pebble.programs.net.Ping;
import io.xengarden.domain.pebble.shell.Init;
import io.xengarden.domain.pebble.shell.Shell;
import io.xengarden.domain.pebble.store.StoreCall;
import io.xengarden.domain.pebble.store.StoreInput;
import io.xengarden.domain.pebble.xenbus.Cpus;
import io.xengarden.domain.pebble.xenbus.Devices;
import io.xengarden.domain.pebble.xenbus.Handshake;
import io.xengarden.domain.pebble.xenbus.Shutdown;
import io.xengarden.domain.pebble.xenbus.Suspend;
import io.xengarden.domain.pebble.xenbus.Xenwatch;
import java.util.List;

/**
 * The built-in paravirtual kernel. It has no field: what it knows lies in its domain's pages and in
 * the vCPUs' registers, so any instance goes on where another one stopped.
 */
public final class Pebble implements Guest {
  private static final Kernel KERNEL = new Kernel(routines(), new PebbleDrivers());

  @Override
  public void run(VcpuContext context, GuestCpu cpu) {
    KERNEL.run(context, cpu);
  }

  /** Every routine: rip's upper part chooses among them. */
  static List<Routine<?>> routines() {
    return List.of(
        new Idle(),
        new Upcall(),
        new Boot(),
        new Secondary(),
        new Exit(),
        new BindEvents(),
        new MapGrants(),
        new StoreCall(),
        new Xenwatch(),
        new Cpus(),
        new Shutdown(),
        new Suspend(),
        new Devices(),
        new Handshake(),
        new VbdConnect(),
        new VbdConfigure(),
        new VbdStart(),
        new VbdClose(),
        new VifConnect(),
        new VifConfigure(),
        new VifStart(),
        new VifClose(),
        new NetThread(),
        new Init(),
        new Shell(),
        new Echo(),
        new Status(),
        new Sleep(),
        new Lines(),
        new Dmesg(),
        new Cat(),
        new Counter(),
        new Burn(),
        new Fill(),
        new Dirty(),
        new PowerProgram(),
        new Kill(),
        new OpenDisk(),
        new ReadFile(),
        new Ping(),
        new Sha256Program(),
        new Diskcheck(),
        new Dd(),
        new Diskbench());
  }

  /** Hands events to the driver whose port it was. */
  private static final class PebbleDrivers implements Drivers {
    @Override
    public void raised(Ports.Kind kind, int argument, Vcpu v) {
      switch (kind) {
        case STORE -> StoreInput.raised(v);
        case CONSOLE -> Console.raised(v);
        case VBD -> BlockEvents.raised(v, argument);
        case VIF -> NetThread.wake(v);
        case NONE, TIMER, KICK -> {}
      }
    }

    @Override
    public boolean letGo(Task task, Vcpu v) {
      return Block.letGo(v, task);
    }
  }
}
