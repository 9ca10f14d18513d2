package io.xengarden.abi;

/**
 * Operations of sched_op and their argument structs, as byte offsets. Source:
 * xen/include/public/sched.h.
 */
public final class SchedOp {
  public static final int YIELD = 0;
  public static final int BLOCK = 1;
  public static final int SHUTDOWN = 2;
  public static final int POLL = 3;
  public static final int REMOTE_SHUTDOWN = 4;
  public static final int SHUTDOWN_CODE = 5;
  public static final int WATCHDOG = 6;
  public static final int PIN_OVERRIDE = 7;

  /** reason u32, see {@link ShutdownReason}. */
  public static final class Shutdown {
    public static final int REASON = 0;
    public static final int SIZE = 4;

    private Shutdown() {}
  }

  /** ports: address of u32[], nr_ports u32, timeout u64 in absolute system time, 0 for none. */
  public static final class Poll {
    public static final int PORTS = 0;
    public static final int NR_PORTS = 8;
    public static final int TIMEOUT = 16;
    public static final int SIZE = 24;

    private Poll() {}
  }

  /** domain_id u16, reason u32. */
  public static final class RemoteShutdown {
    public static final int DOMAIN_ID = 0;
    public static final int REASON = 4;
    public static final int SIZE = 8;

    private RemoteShutdown() {}
  }

  /** id u32 (0 makes a new one), timeout u32 in seconds (0 stops it). */
  public static final class Watchdog {
    public static final int ID = 0;
    public static final int TIMEOUT = 4;
    public static final int SIZE = 8;

    private Watchdog() {}
  }

  private SchedOp() {}
}
