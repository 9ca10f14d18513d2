package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.GuestCpu;
import io.xengarden.domain.pebble.image.KernelLog;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.VcpuRecord;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.machine.Memory;

/**
 * The processor as a step sees it: registers, memory, time, hypercalls, and the ways to go on.
 * Lives for one slice. In Pebble's use of the registers rip is the step, rsp the running task (or
 * the vCPU's record while there is none), rax the last hypercall's answer, r15 what the task has
 * used of its quantum.
 */
public final class Vcpu {
  private final VcpuContext context;
  private final GuestCpu cpu;
  private final Kernel kernel;
  private final KernelState state;
  private final VcpuRecord record;
  private Task task;

  Vcpu(VcpuContext context, GuestCpu cpu, Kernel kernel) {
    this.context = context;
    this.cpu = cpu;
    this.kernel = kernel;
    this.state = new KernelState(cpu.memory());
    this.record = new VcpuRecord(cpu.memory(), cpu.vcpu());
  }

  public int id() {
    return cpu.vcpu();
  }

  public Memory memory() {
    return cpu.memory();
  }

  public KernelState state() {
    return state;
  }

  public VcpuRecord record() {
    return record;
  }

  public VcpuRecord record(int vcpu) {
    return new VcpuRecord(cpu.memory(), vcpu);
  }

  Kernel kernel() {
    return kernel;
  }

  VcpuContext context() {
    return context;
  }

  /** The task that this vCPU runs. */
  public Task task() {
    if (task == null || task.address() != context.rsp) {
      task = new Task(cpu.memory(), context.rsp);
    }
    return task;
  }

  /** It has left the domain builder's stack, so the kernel knows where shared_info is. */
  boolean hasStarted() {
    return context.rsp < Layout.END;
  }

  boolean onTask() {
    return Task.isTask(context.rsp);
  }

  /** Guest time: nanoseconds since the domain began, wherever it ran. */
  public long now() {
    return SharedInfo.readSystemTime(cpu.memory(), state.sharedInfo(), cpu.vcpu(), cpu.rdtsc());
  }

  /** Accounts CPU time beyond the step's own. */
  public void use(long ns) {
    cpu.use(ns);
    context.r15 += ns;
  }

  /** A line for the kernel log. */
  public void log(String text) {
    new KernelLog(cpu.memory()).add(now(), text);
    if (!state.is(KernelState.QUIET)) {
      Scheduler.wakeAll(this, Wait.KERNEL);
    }
  }

  public void crash(String why) {
    cpu.crash(why);
  }

  // ---- where to go on ----

  /** The step that runs now. */
  public long here() {
    return context.rip;
  }

  public void goTo(long rip) {
    context.rip = rip;
  }

  /** Enters a routine; when it returns, {@code returnTo} finds its result in the task. */
  public void call(int entry, long returnTo, long... arguments) {
    task().enter(returnTo, kernel.routine(entry).locals(), arguments);
    context.rip = Entry.rip(entry, 0);
  }

  /** Returns from the routine; from a task's first one, the task ends with this status. */
  public void ret(long result) {
    Task current = task();
    context.rip = current.leave();
    current.result(result);
  }

  /** Gives up the vCPU until somebody wakes the task; it goes on at {@code rip}. */
  public void park(Wait what, long key, long rip) {
    parkUntil(what, key, 0, rip);
  }

  /** As {@link #park}, and at {@code deadlineNs} at the latest; 0 for never. */
  public void parkUntil(Wait what, long key, long deadlineNs, long rip) {
    Task current = task();
    current.waitFor(what, key, deadlineNs);
    current.set(Task.TIMED_OUT, false);
    current.rip(rip);
    current.state(Task.State.PARKED);
    if (deadlineNs != 0) {
      Timers.arm(this, deadlineNs);
    }
    leaveTask();
  }

  public void sleepUntil(long deadlineNs, long rip) {
    parkUntil(Wait.TIME, 0, deadlineNs, rip);
  }

  /** Lets other ready tasks run first. */
  public void giveWay(long rip) {
    Task current = task();
    current.rip(rip);
    current.rax(context.rax);
    Scheduler.ready(this, current);
    leaveTask();
  }

  void leaveTask() {
    context.rsp = record.address();
    context.rip = Entry.rip(Entry.IDLE, 0);
  }

  void yieldIfDue() {
    if (task().mustDie()) {
      context.rip = Entry.rip(Entry.EXIT, Exit.At.KILLED.ordinal());
    } else if (context.r15 > Kernel.QUANTUM_NS) {
      context.r15 = 0;
      boolean wanted = state.runHead() != 0 || record.is(VcpuRecord.LEAVING);
      if (wanted && !task().is(Task.CRITICAL)) {
        giveWay(context.rip);
      }
    }
  }

  /** Ends the quantum of whatever runs here. */
  void expire() {
    context.r15 = Kernel.QUANTUM_NS + 1;
  }

  void enterUpcall() {
    record.save(context.rip, context.rsp, context.rax);
    SharedInfo.maskUpcalls(cpu.memory(), state.sharedInfo(), cpu.vcpu());
    context.rsp = record.address();
    context.rip = Entry.rip(Entry.UPCALL, 0);
  }

  // ---- hypercalls ----

  /** The answer to the hypercall that the step before made. */
  public long answer() {
    return context.rax;
  }

  /** A hypercall as the last act of a step; {@code next} finds the answer. */
  public void hypercall(int number, long first, long second, long next) {
    hypercall(number, new long[] {first, second, 0}, next);
  }

  /** A hypercall with three arguments. */
  public void hypercall(int number, long[] arguments, long next) {
    context.rip = next;
    context.rax = number;
    context.rdi = arguments[0];
    context.rsi = arguments[1];
    context.rdx = arguments[2];
    cpu.hypercall(context);
  }

  /** Rings a port. Never waits, so it need not be a step's last act. */
  public void send(int port) {
    cpu.memory().putInt(record.scratch() + EvtchnOp.Send.PORT, port);
    answeredAtOnce(Hypercall.EVENT_CHANNEL_OP, EvtchnOp.SEND, record.scratch());
  }

  /** Sets this vCPU's timer. Never waits. */
  void setTimer(long deadlineNs) {
    answeredAtOnce(Hypercall.SET_TIMER_OP, deadlineNs, 0);
  }

  private void answeredAtOnce(int number, long first, long second) {
    long rax = context.rax;
    context.rax = number;
    context.rdi = first;
    context.rsi = second;
    cpu.hypercall(context);
    context.rax = rax;
  }
}
