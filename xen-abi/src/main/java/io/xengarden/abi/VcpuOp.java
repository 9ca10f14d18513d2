package io.xengarden.abi;

/**
 * Operations of vcpu_op (rdi op, rsi vcpu, rdx argument) and their structs, as byte offsets.
 * Source: xen/include/public/vcpu.h.
 */
public final class VcpuOp {
  public static final int INITIALISE = 0;
  public static final int UP = 1;
  public static final int DOWN = 2;
  public static final int IS_UP = 3;
  public static final int GET_RUNSTATE_INFO = 4;
  public static final int REGISTER_RUNSTATE_MEMORY_AREA = 5;
  public static final int SET_PERIODIC_TIMER = 6;
  public static final int STOP_PERIODIC_TIMER = 7;
  public static final int SET_SINGLESHOT_TIMER = 8;
  public static final int STOP_SINGLESHOT_TIMER = 9;
  public static final int REGISTER_VCPU_INFO = 10;
  public static final int SEND_NMI = 11;
  public static final int GET_PHYSID = 12;
  public static final int REGISTER_VCPU_TIME_MEMORY_AREA = 13;

  /** Runstates, and the order of {@link RunstateInfo#TIME}. */
  public static final int RUNSTATE_RUNNING = 0;

  public static final int RUNSTATE_RUNNABLE = 1;
  public static final int RUNSTATE_BLOCKED = 2;
  public static final int RUNSTATE_OFFLINE = 3;

  /** Flag of a single-shot timer: refuse with ETIME when the time has passed. */
  public static final int SSHOTTMR_FUTURE = 1;

  /** state s32, state_entry_time u64 ns, time u64[4] ns. */
  public static final class RunstateInfo {
    public static final int STATE = 0;
    public static final int STATE_ENTRY_TIME = 8;
    public static final int TIME = 16;
    public static final int SIZE = 48;

    private RunstateInfo() {}
  }

  /** address u64 of a {@link RunstateInfo} in the guest. */
  public static final class RegisterRunstate {
    public static final int ADDRESS = 0;
    public static final int SIZE = 8;

    private RegisterRunstate() {}
  }

  /** period_ns u64. */
  public static final class SetPeriodicTimer {
    public static final int PERIOD_NS = 0;
    public static final int SIZE = 8;

    private SetPeriodicTimer() {}
  }

  /** timeout_abs_ns u64 in system time, flags u32. */
  public static final class SetSingleshotTimer {
    public static final int TIMEOUT_ABS_NS = 0;
    public static final int FLAGS = 8;
    public static final int SIZE = 16;

    private SetSingleshotTimer() {}
  }

  /** mfn u64 and offset u32 of the new vcpu_info. */
  public static final class RegisterVcpuInfo {
    public static final int MFN = 0;
    public static final int OFFSET = 8;
    public static final int RSVD = 12;
    public static final int SIZE = 16;

    private RegisterVcpuInfo() {}
  }

  private VcpuOp() {}
}
