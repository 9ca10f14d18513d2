package io.xengarden.domain.vcpu;

import io.xengarden.abi.VcpuContext;
import io.xengarden.abi.VcpuOp.RunstateInfo;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.machine.Memory;

/**
 * One virtual CPU of a domain: its context, whether it is up, what it waits for, its timers, and
 * where its time went. Owned by the domain's actor.
 */
public final class Vcpu {
  /** A paravirtual vCPU ticks at 100 Hz until told otherwise, while it runs. */
  public static final long DEFAULT_PERIOD_NS = 10_000_000;

  /** No area registered. */
  public static final long NO_AREA = -1;

  private static final int RUNSTATES = Runstate.values().length;

  private final int id;
  private final Alarm singleshot;
  private final Alarm pollTimeout;
  private final long[] spentNs = new long[RUNSTATES];
  private VcpuContext context;
  private boolean up;
  private Runstate state = Runstate.OFFLINE;
  private long sinceNs;
  private Wait wait;
  private SliceEnd ending;
  private long costNs;
  private long periodNs = DEFAULT_PERIOD_NS;
  private long lastTickNs;
  private long runstateArea = NO_AREA;
  private long timeArea = NO_AREA;

  Vcpu(int id, Alarm.HostTimer timer) {
    this.id = id;
    this.singleshot = new Alarm(id, Alarm.Kind.SINGLESHOT, timer);
    this.pollTimeout = new Alarm(id, Alarm.Kind.POLL, timer);
  }

  public int id() {
    return id;
  }

  /** The registers; null until the vCPU is initialised. */
  public VcpuContext context() {
    return context;
  }

  public void context(VcpuContext loaded) {
    context = loaded;
  }

  public boolean isInitialised() {
    return context != null;
  }

  /** Up, that is not taken down by VCPUOP_down. */
  public boolean isUp() {
    return up;
  }

  void up(boolean nowUp) {
    up = nowUp;
  }

  public Runstate state() {
    return state;
  }

  /**
   * Moves to a state, in which the vCPU is from {@code atNs} on, or from the last move if later.
   */
  void moveTo(Runstate next, long atNs) {
    long at = Math.max(atNs, sinceNs);
    spentNs[state.ordinal()] += at - sinceNs;
    state = next;
    sinceNs = at;
  }

  /** What it waits for; null when it does not. */
  public Wait waiting() {
    return wait;
  }

  public boolean awaitsAnswer() {
    return wait instanceof Wait.Answer;
  }

  /** The slice under way ends, and the vCPU waits. */
  public void block(Wait forWhat) {
    wait = forWhat;
    ending = SliceEnd.BLOCKED;
  }

  /** What was waited for has come, and the next thing is waited for, all in one hypercall. */
  public void waitOn(Wait.Answer next) {
    wait = next;
  }

  /** The slice under way ends. */
  public void endSlice(SliceEnd end) {
    ending = end;
  }

  /** How the slice under way must end; null while it may go on. */
  public SliceEnd ending() {
    return ending;
  }

  /** Nothing is waited for any more. */
  void stopWaiting() {
    wait = null;
    pollTimeout.clear();
    if (ending == SliceEnd.BLOCKED) {
      ending = SliceEnd.RUNNABLE;
    }
  }

  /** A slice begins. */
  public void startSlice(long nowNs) {
    stopWaiting();
    ending = null;
    moveTo(Runstate.RUNNING, nowNs);
  }

  /** The slice has ended, in the vCPU's own time. */
  public void finishSlice(SliceEnd end, long atNs) {
    ending = null;
    switch (end) {
      case RUNNABLE -> moveTo(Runstate.RUNNABLE, atNs);
      case BLOCKED -> moveTo(Runstate.BLOCKED, atNs);
      case OFFLINE -> moveTo(Runstate.OFFLINE, atNs);
    }
  }

  /** Emulated time that a hypercall takes beyond its base cost. */
  public void charge(long ns) {
    costNs += ns;
  }

  /** What was charged since the last call. */
  public long takeCost() {
    long cost = costNs;
    costNs = 0;
    return cost;
  }

  public Alarm singleshot() {
    return singleshot;
  }

  public Alarm pollTimeout() {
    return pollTimeout;
  }

  /** Sets the periodic timer, 0 stops it. It ticks only while the vCPU runs, as on Xen. */
  public void period(long ns, long nowNs) {
    periodNs = ns;
    lastTickNs = nowNs;
  }

  /** Whether a tick is due; several missed ones are one. */
  boolean takeTick(long nowNs) {
    boolean due = periodNs > 0 && nowNs - lastTickNs >= periodNs;
    if (due) {
      lastTickNs = nowNs;
    }
    return due;
  }

  public void runstateArea(long address) {
    runstateArea = address;
  }

  public long runstateArea() {
    return runstateArea;
  }

  public void timeArea(long address) {
    timeArea = address;
  }

  public long timeArea() {
    return timeArea;
  }

  /** Writes a vcpu_runstate_info in which the time of the present state runs up to now. */
  public void writeRunstate(Memory memory, long address, long nowNs) {
    memory.putInt(address + RunstateInfo.STATE, state.ordinal());
    memory.putLong(address + RunstateInfo.STATE_ENTRY_TIME, sinceNs);
    for (int i = 0; i < RUNSTATES; i++) {
      long current = i == state.ordinal() ? Math.max(0, nowNs - sinceNs) : 0;
      memory.putLong(address + RunstateInfo.TIME + 8L * i, spentNs[i] + current);
    }
  }

  /** Forgets registers, timers and areas: as new, and down. An answer under way still comes. */
  void reset(long nowNs) {
    if (!awaitsAnswer()) {
      stopWaiting();
    }
    context = null;
    up = false;
    singleshot.clear();
    period(DEFAULT_PERIOD_NS, nowNs);
    runstateArea = NO_AREA;
    timeArea = NO_AREA;
    moveTo(Runstate.OFFLINE, nowNs);
  }
}
