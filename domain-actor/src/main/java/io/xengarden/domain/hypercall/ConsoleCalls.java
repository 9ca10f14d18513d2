package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.domain.Costs;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.hypervisor.HypervisorCommand.ConsoleWrite;

/** console_io: a guest's line for Xen's own console. Source: xen/drivers/char/console.c. */
final class ConsoleCalls {
  /** Bytes of one write. Xen takes any number, in rounds; nobody says that much at once. */
  static final int MAX_WRITE = 1024;

  /** A line is sent when it is this long, finished or not: Xen's DOMAIN_PBUF_SIZE. */
  static final int MAX_LINE = 200;

  private static final int WRITE = 0;
  private static final int READ = 1;

  private final LiveDomain domain;

  /** A line without its end; null most of the time. */
  private StringBuilder line;

  ConsoleCalls(LiveDomain domain) {
    this.domain = domain;
  }

  long call(Vcpu caller, int command, long count, long buffer) {
    return switch (command) {
      case WRITE -> write(caller, count, buffer);
      case READ -> Errno.EPERM.result();
      default -> Errno.ENOSYS.result();
    };
  }

  private long write(Vcpu caller, long count, long buffer) {
    if (count < 0 || count > MAX_WRITE) {
      return Errno.EINVAL.result();
    }
    for (byte character : domain.memory().read(buffer, (int) count)) {
      put(caller, character);
    }
    return 0;
  }

  private void put(Vcpu caller, byte character) {
    if (line == null) {
      line = new StringBuilder();
    }
    boolean end = character == '\n';
    if (character >= ' ' && character < 0x7f || character == '\t') {
      line.append((char) character);
    }
    if (end || line.length() == MAX_LINE) {
      caller.charge(Costs.CONSOLE_LINE);
      domain.tell(new ConsoleWrite(domain.domid(), line.toString()));
      line = null;
    }
  }
}
