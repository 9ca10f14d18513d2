package io.xengarden.abi;

/**
 * Operations of event_channel_op and their argument structs, as byte offsets. Source:
 * xen/include/public/event_channel.h.
 */
public final class EvtchnOp {
  public static final int BIND_INTERDOMAIN = 0;
  public static final int BIND_VIRQ = 1;
  public static final int BIND_PIRQ = 2;
  public static final int CLOSE = 3;
  public static final int SEND = 4;
  public static final int STATUS = 5;
  public static final int ALLOC_UNBOUND = 6;
  public static final int BIND_IPI = 7;
  public static final int BIND_VCPU = 8;
  public static final int UNMASK = 9;
  public static final int RESET = 10;
  public static final int INIT_CONTROL = 11;
  public static final int EXPAND_ARRAY = 12;
  public static final int SET_PRIORITY = 13;

  /** What {@link Status#STATUS} says of a port. */
  public static final int STATUS_CLOSED = 0;

  public static final int STATUS_UNBOUND = 1;
  public static final int STATUS_INTERDOMAIN = 2;
  public static final int STATUS_PIRQ = 3;
  public static final int STATUS_VIRQ = 4;
  public static final int STATUS_IPI = 5;

  /** dom u16, remote_dom u16; out: port u32. */
  public static final class AllocUnbound {
    public static final int DOM = 0;
    public static final int REMOTE_DOM = 2;
    public static final int PORT = 4;
    public static final int SIZE = 8;

    private AllocUnbound() {}
  }

  /** remote_dom u16, remote_port u32; out: local_port u32. */
  public static final class BindInterdomain {
    public static final int REMOTE_DOM = 0;
    public static final int REMOTE_PORT = 4;
    public static final int LOCAL_PORT = 8;
    public static final int SIZE = 12;

    private BindInterdomain() {}
  }

  /** virq u32, vcpu u32; out: port u32. */
  public static final class BindVirq {
    public static final int VIRQ = 0;
    public static final int VCPU = 4;
    public static final int PORT = 8;
    public static final int SIZE = 12;

    private BindVirq() {}
  }

  /** vcpu u32; out: port u32. */
  public static final class BindIpi {
    public static final int VCPU = 0;
    public static final int PORT = 4;
    public static final int SIZE = 8;

    private BindIpi() {}
  }

  /** port u32, vcpu u32. */
  public static final class BindVcpu {
    public static final int PORT = 0;
    public static final int VCPU = 4;
    public static final int SIZE = 8;

    private BindVcpu() {}
  }

  /** port u32. */
  public static final class Close {
    public static final int PORT = 0;
    public static final int SIZE = 4;

    private Close() {}
  }

  /** port u32. */
  public static final class Send {
    public static final int PORT = 0;
    public static final int SIZE = 4;

    private Send() {}
  }

  /** port u32. */
  public static final class Unmask {
    public static final int PORT = 0;
    public static final int SIZE = 4;

    private Unmask() {}
  }

  /** dom u16. */
  public static final class Reset {
    public static final int DOM = 0;
    public static final int SIZE = 2;

    private Reset() {}
  }

  /** dom u16, port u32; out: status u32, vcpu u32, then by status what it is bound to. */
  public static final class Status {
    public static final int DOM = 0;
    public static final int PORT = 4;
    public static final int STATUS = 8;
    public static final int VCPU = 12;
    public static final int UNBOUND_DOM = 16;
    public static final int INTERDOMAIN_DOM = 16;
    public static final int INTERDOMAIN_PORT = 20;
    public static final int PIRQ = 16;
    public static final int VIRQ = 16;
    public static final int SIZE = 24;

    private Status() {}
  }

  private EvtchnOp() {}
}
