package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.abi.GnttabOp;
import io.xengarden.abi.GnttabOp.GetVersion;
import io.xengarden.abi.GnttabOp.QuerySize;
import io.xengarden.abi.GnttabOp.SetupTable;
import io.xengarden.abi.GrantStatus;
import io.xengarden.domain.Costs;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.Memory;

/**
 * grant_table_op for a domain that grants and maps nothing itself: version 1 tables. Source:
 * xen/common/grant_table.c.
 */
final class GrantTableCalls {
  private final LiveDomain domain;
  private final Physmap physmap;

  GrantTableCalls(LiveDomain domain, Physmap physmap) {
    this.domain = domain;
    this.physmap = physmap;
  }

  long call(Vcpu caller, int op, long argument, long count) {
    return switch (op) {
      case GnttabOp.SETUP_TABLE ->
          count == 1 ? setupTable(caller, argument) : Errno.EINVAL.result();
      case GnttabOp.QUERY_SIZE -> count == 1 ? querySize(argument) : Errno.EINVAL.result();
      case GnttabOp.SET_VERSION -> setVersion(argument);
      case GnttabOp.GET_VERSION -> getVersion(argument);
      default -> Errno.ENOSYS.result();
    };
  }

  /** An auto-translated guest learns where its frames are mapped: all ones when nowhere. */
  private long setupTable(Vcpu caller, long argument) {
    Memory memory = domain.memory();
    int frames = memory.getInt(argument + SetupTable.NR_FRAMES);
    long list = memory.getLong(argument + SetupTable.FRAME_LIST);
    GrantStatus status = GrantStatus.OKAY;
    if (!isSelf(argument + SetupTable.DOM)) {
      status = GrantStatus.PERMISSION_DENIED;
    } else if (frames < 0 || frames > GrantTable.MAX_FRAMES) {
      status = GrantStatus.GENERAL_ERROR;
    } else {
      physmap.growGrants(frames);
      caller.charge(frames * Costs.PAGE);
      for (int i = 0; i < frames; i++) {
        memory.putLong(list + 8L * i, physmap.grantGfn(i));
      }
    }
    memory.putShort(argument + SetupTable.STATUS, (short) status.code());
    return 0;
  }

  private long querySize(long argument) {
    Memory memory = domain.memory();
    boolean self = isSelf(argument + QuerySize.DOM);
    memory.putInt(argument + QuerySize.NR_FRAMES, self ? physmap.grantFrames() : 0);
    memory.putInt(argument + QuerySize.MAX_NR_FRAMES, self ? GrantTable.MAX_FRAMES : 0);
    GrantStatus status = self ? GrantStatus.OKAY : GrantStatus.PERMISSION_DENIED;
    memory.putShort(argument + QuerySize.STATUS, (short) status.code());
    return 0;
  }

  private long setVersion(long argument) {
    return switch (domain.memory().getInt(argument)) {
      case 1 -> 0;
      case 2 -> Errno.ENOSYS.result();
      default -> Errno.EINVAL.result();
    };
  }

  private long getVersion(long argument) {
    if (!isSelf(argument + GetVersion.DOM)) {
      return Errno.EPERM.result();
    }
    domain.memory().putInt(argument + GetVersion.VERSION, 1);
    return 0;
  }

  private boolean isSelf(long address) {
    return domain.isSelf(Short.toUnsignedInt(domain.memory().getShort(address)));
  }
}
