package io.xengarden.domain.pebble.console;

import io.xengarden.abi.ConsoleRing;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.domain.pebble.image.KernelLog;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Cost;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.machine.Memory;

/**
 * The console's ring page. Whatever the daemon at the other end writes into its indices, the worst
 * is that output goes nowhere: a ring that cannot be is a terminal nobody reads.
 */
public final class Console {
  private Console() {}

  /** The port has rung: input has come, or room for output. */
  public static void raised(Vcpu v) {
    takeInput(v);
    Scheduler.wakeAll(v, Wait.CONSOLE_ROOM);
  }

  /** Feeds the line discipline as far as it accepts, and tells the daemon that there is room. */
  static void takeInput(Vcpu v) {
    Memory memory = v.memory();
    long ring = v.state().consoleRing();
    Tty tty = new Tty(memory);
    byte[] one = new byte[1];
    boolean moved = false;
    try {
      int waiting = ConsoleRing.inAvailable(memory, ring);
      v.use(waiting * Cost.CONSOLE_BYTE);
      for (; waiting > 0; waiting--) {
        if (!tty.accepts(peek(memory, ring, 0), room(v)) && !dropToInterrupt(v, waiting)) {
          break;
        }
        waiting = Math.min(waiting, ConsoleRing.inAvailable(memory, ring));
        ConsoleRing.readIn(memory, ring, one, 0, 1);
        moved = true;
        apply(v, tty.take(one[0]));
      }
    } catch (RingCorrupt e) {
      return; // nobody that we could talk to
    }
    if (moved) {
      v.send(v.state().consolePort());
    }
  }

  private static void apply(Vcpu v, Tty.Effect effect) {
    put(v, effect.echo());
    switch (effect.event()) {
      case NONE -> {}
      case LINE -> Scheduler.wakeAll(v, Wait.CONSOLE_LINE);
      case INTERRUPT -> interrupt(v);
    }
  }

  private static void interrupt(Vcpu v) {
    KernelState state = v.state();
    state.set(KernelState.INTERRUPTED, true);
    if (state.foreground() != 0) {
      Scheduler.kill(
          v, new io.xengarden.domain.pebble.image.Task(v.memory(), state.foreground()), true);
    }
    Scheduler.wakeAll(v, Wait.CONSOLE_LINE);
  }

  /** Input that is stuck behind a full output: a ^C in it drops what was typed before it. */
  private static boolean dropToInterrupt(Vcpu v, int waiting) {
    Memory memory = v.memory();
    long ring = v.state().consoleRing();
    for (int i = 0; i < waiting; i++) {
      if (peek(memory, ring, i) == Tty.INTERRUPT) {
        byte[] dropped = new byte[i];
        ConsoleRing.readIn(memory, ring, dropped, 0, i);
        return true;
      }
    }
    return false;
  }

  private static byte peek(Memory memory, long ring, int ahead) {
    int at = memory.getInt(ring + ConsoleRing.IN_CONS) + ahead & ConsoleRing.IN_SIZE - 1;
    return memory.getByte(ring + ConsoleRing.IN + at);
  }

  /** Bytes that fit into the output ring; as good as all of them when nobody can read it. */
  static int room(Vcpu v) {
    try {
      return ConsoleRing.OUT_SIZE - ConsoleRing.outAvailable(v.memory(), v.state().consoleRing());
    } catch (RingCorrupt e) {
      return ConsoleRing.OUT_SIZE;
    }
  }

  /** Puts out bytes as they are, which must fit; what does not is dropped. */
  static void put(Vcpu v, byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    v.state().atLineStart(bytes[bytes.length - 1] == '\n');
    v.use(bytes.length * Cost.CONSOLE_BYTE);
    try {
      ConsoleRing.writeOut(v.memory(), v.state().consoleRing(), bytes, 0, bytes.length);
      v.send(v.state().consolePort());
    } catch (RingCorrupt e) {
      // Nobody that we could talk to.
    }
  }

  /** Puts out what fits of the kernel log; true when all of it is out. */
  public static boolean putLog(Vcpu v) {
    KernelState state = v.state();
    KernelLog log = new KernelLog(v.memory());
    long from = Math.max(state.logPrinted(), log.begin());
    int half = room(v) / 2; // every byte may become two
    byte[] bytes = log.read(from, half);
    state.logPrinted(from + bytes.length);
    put(v, Terminal.withReturns(bytes));
    return state.logPrinted() == log.end();
  }
}
