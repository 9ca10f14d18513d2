package io.xengarden.domain.hypercall;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.EvtchnOp.AllocUnbound;
import io.xengarden.abi.EvtchnOp.BindInterdomain;
import io.xengarden.abi.EvtchnOp.BindIpi;
import io.xengarden.abi.EvtchnOp.BindVcpu;
import io.xengarden.abi.EvtchnOp.BindVirq;
import io.xengarden.abi.EvtchnOp.Status;
import io.xengarden.abi.Virq;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.domain.vcpu.Wait;
import io.xengarden.hypervisor.DomainSignal.PeerBindAnswer;
import io.xengarden.hypervisor.DomainSignal.PeerConnected;
import io.xengarden.hypervisor.DomainSignal.PeerRefused;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.evtchn.EventChannels;
import io.xengarden.machine.Memory;
import io.xengarden.machine.MemoryFault;
import java.util.Optional;

/** event_channel_op, 2-level ports only. Source: xen/common/event_channel.c. */
final class EventChannelCalls {
  private final LiveDomain domain;
  private final EventChannels ports;

  EventChannelCalls(LiveDomain domain) {
    this.domain = domain;
    this.ports = domain.xen().events();
  }

  long call(Vcpu caller, int op, long argument) {
    Memory memory = domain.memory();
    return switch (op) {
      case EvtchnOp.ALLOC_UNBOUND -> allocUnbound(argument);
      case EvtchnOp.BIND_INTERDOMAIN -> bindInterdomain(caller, argument);
      case EvtchnOp.BIND_VIRQ -> bindVirq(argument);
      case EvtchnOp.BIND_IPI -> bindIpi(argument);
      case EvtchnOp.BIND_VCPU -> bindVcpu(argument);
      case EvtchnOp.CLOSE -> close(memory.getInt(argument));
      case EvtchnOp.SEND -> send(memory.getInt(argument));
      case EvtchnOp.STATUS -> status(argument);
      case EvtchnOp.UNMASK -> unmask(memory.getInt(argument));
      case EvtchnOp.RESET -> reset(argument);
      // FIFO ports are not offered; a guest that asks falls back to 2-level ones.
      default -> Errno.ENOSYS.result();
    };
  }

  private long allocUnbound(long argument) {
    Memory memory = domain.memory();
    Optional<Domid> remote = remote(memory.getShort(argument + AllocUnbound.REMOTE_DOM));
    if (!domain.isSelf(u16(memory, argument + AllocUnbound.DOM))) {
      return Errno.EPERM.result();
    }
    if (remote.isEmpty()) {
      return Errno.ESRCH.result();
    }
    return answerPort(ports.allocUnbound(remote.get()), argument + AllocUnbound.PORT);
  }

  private long bindVirq(long argument) {
    Memory memory = domain.memory();
    Optional<Virq> virq = Virq.of(memory.getInt(argument + BindVirq.VIRQ));
    int vcpu = memory.getInt(argument + BindVirq.VCPU);
    if (virq.isEmpty() || virq.get().scope() == Virq.Scope.GLOBAL && vcpu != 0) {
      return Errno.EINVAL.result();
    }
    if (!domain.hasVcpu(vcpu)) {
      return Errno.ENOENT.result();
    }
    return answerPort(ports.bindVirq(virq.get(), vcpu), argument + BindVirq.PORT);
  }

  private long bindIpi(long argument) {
    int vcpu = domain.memory().getInt(argument + BindIpi.VCPU);
    if (!domain.hasVcpu(vcpu)) {
      return Errno.ENOENT.result();
    }
    return answerPort(ports.bindIpi(vcpu), argument + BindIpi.PORT);
  }

  private long bindVcpu(long argument) {
    int port = domain.memory().getInt(argument + BindVcpu.PORT);
    int vcpu = domain.memory().getInt(argument + BindVcpu.VCPU);
    if (!domain.hasVcpu(vcpu)) {
      return Errno.ENOENT.result();
    }
    return isPort(port) ? ports.bindVcpu(port, vcpu) : Errno.EINVAL.result();
  }

  private long bindInterdomain(Vcpu caller, long argument) {
    Memory memory = domain.memory();
    int remotePort = memory.getInt(argument + BindInterdomain.REMOTE_PORT);
    Optional<Domid> remote = remote(memory.getShort(argument + BindInterdomain.REMOTE_DOM));
    if (remote.isEmpty()) {
      return Errno.ESRCH.result();
    }
    if (remotePort <= 0) {
      return Errno.EINVAL.result();
    }
    long reserved = ports.reserve(remote.get());
    if (reserved < 0) {
      return reserved;
    }
    int local = (int) reserved;
    caller.block(new Wait.PeerBind(remote.get(), remotePort, local, argument));
    domain.tell(
        new HypervisorCommand.BindInterdomain(
            domain.domid(), local, domain.xen().inbox().sink(local), remote.get(), remotePort));
    return 0;
  }

  /** What rax becomes once the far end has answered. */
  long peerAnswered(Wait.PeerBind bind, PeerBindAnswer answer) {
    return switch (answer) {
      case PeerConnected(var sink) -> {
        long result = ports.connect(bind.localPort(), bind.remote(), bind.remotePort(), sink);
        if (result != 0) {
          // Another vCPU has closed the port meanwhile: the far end must not think otherwise.
          tellClosed(bind.remote(), bind.remotePort());
          yield result;
        }
        // Events may have been lost before: as on Xen, the new port is pending at once.
        domain.deliver(bind.localPort());
        try {
          yield putPort(bind.localPort(), bind.argument() + BindInterdomain.LOCAL_PORT);
        } catch (MemoryFault gone) { // another vCPU's balloon took the argument meanwhile
          yield Errno.EFAULT.result();
        }
      }
      case PeerRefused(var error) -> {
        ports.close(bind.localPort());
        yield error.result();
      }
    };
  }

  private long close(int port) {
    if (!isPort(port)) {
      return Errno.EINVAL.result();
    }
    EventChannels.Closed closed = ports.close(port);
    if (closed.hasPeer()) {
      tellClosed(closed.peer(), closed.peerPort());
    }
    return closed.result();
  }

  private void tellClosed(Domid peer, int peerPort) {
    domain.tell(new HypervisorCommand.PortClosed(domain.domid(), peer, peerPort));
  }

  private long send(int port) {
    if (!isPort(port)) {
      return Errno.EINVAL.result();
    }
    long result = ports.send(port);
    domain.wakeReady(); // an IPI is delivered already
    return result;
  }

  private long unmask(int port) {
    if (!isPort(port)) {
      return Errno.EINVAL.result();
    }
    long result = ports.unmask(port);
    domain.wakeReady();
    return result;
  }

  private long status(long argument) {
    Memory memory = domain.memory();
    int port = memory.getInt(argument + Status.PORT);
    if (!domain.isSelf(u16(memory, argument + Status.DOM))) {
      return Errno.EPERM.result();
    }
    if (port < 0 || port >= ports.maxPorts()) {
      return Errno.EINVAL.result();
    }
    writeStatus(argument, ports.status(port));
    return 0;
  }

  private void writeStatus(long argument, EventChannels.Status status) {
    Memory memory = domain.memory();
    memory.putInt(argument + Status.STATUS, status.state().ordinal());
    memory.putInt(argument + Status.VCPU, status.vcpu());
    short remote = (short) status.remote().value();
    switch (status.state()) {
      case UNBOUND -> memory.putShort(argument + Status.UNBOUND_DOM, remote);
      case INTERDOMAIN -> {
        memory.putShort(argument + Status.INTERDOMAIN_DOM, remote);
        memory.putInt(argument + Status.INTERDOMAIN_PORT, status.remotePort());
      }
      case VIRQ -> memory.putInt(argument + Status.VIRQ, status.virq().number());
      case CLOSED, PIRQ, IPI -> {}
    }
  }

  private long reset(long argument) {
    if (!domain.isSelf(u16(domain.memory(), argument + EvtchnOp.Reset.DOM))) {
      return Errno.EPERM.result();
    }
    closeAllBut(0, 0);
    return 0;
  }

  /** Closes every port but two, which may be 0. */
  void closeAllBut(int one, int other) {
    for (int port = ports.nextOpen(0); port >= 0; port = ports.nextOpen(port)) {
      if (port != one && port != other) {
        close(port);
      }
    }
  }

  private long answerPort(long result, long address) {
    return result < 0 ? result : putPort((int) result, address);
  }

  private long putPort(int port, long address) {
    domain.memory().putInt(address, port);
    return 0;
  }

  private boolean isPort(int port) {
    return port > 0 && port < ports.maxPorts();
  }

  /** A domid that can be the far end; SELF is this domain. */
  private Optional<Domid> remote(short raw) {
    int value = Short.toUnsignedInt(raw);
    if (value == Domid.SELF.value()) {
      return Optional.of(domain.domid());
    }
    return value < Domid.FIRST_RESERVED ? Optional.of(Domid.of(value)) : Optional.empty();
  }

  private static int u16(Memory memory, long address) {
    return Short.toUnsignedInt(memory.getShort(address));
  }
}
