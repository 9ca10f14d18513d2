package io.xengarden.domain.hypercall;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.EvtchnOp.AllocUnbound;
import io.xengarden.abi.EvtchnOp.BindInterdomain;
import io.xengarden.abi.EvtchnOp.BindVirq;
import io.xengarden.abi.EvtchnOp.Status;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.Virq;
import io.xengarden.domain.StepKernel;
import io.xengarden.domain.TestDomain;
import io.xengarden.domain.vcpu.Runstate;
import io.xengarden.hypervisor.DomainSignal.PeerConnected;
import io.xengarden.hypervisor.DomainSignal.PeerRefused;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.PortClosed;
import io.xengarden.hypervisor.HypervisorCommand.VcpuWoke;
import io.xengarden.machine.Memory;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventChannelCallsTest {
  private static final long AT = StepKernel.SCRATCH;
  private static final int STORE = 1;
  private static final int CONSOLE = 2;

  private final TestDomain domain = TestDomain.idle(2);
  private final Memory memory = domain.xen.memory();

  @AfterEach
  void close() {
    domain.close();
  }

  @Test
  void allocUnboundGivesTheLowestFreePort() {
    assertThat(allocUnbound(Domid.SELF.value(), 0)).isZero();
    assertThat(memory.getInt(AT + AllocUnbound.PORT)).isEqualTo(3);
    close(STORE);
    assertThat(allocUnbound(TestDomain.DOMID.value(), 0)).isZero();
    assertThat(memory.getInt(AT + AllocUnbound.PORT)).isEqualTo(STORE);
  }

  @Test
  void portsOfOthersAndForNobodyAreRefused() {
    assertThat(allocUnbound(3, 0)).isEqualTo(Errno.EPERM.result());
    assertThat(allocUnbound(Domid.SELF.value(), Domid.XEN.value())).isEqualTo(Errno.ESRCH.result());
    assertThat(allocUnbound(Domid.SELF.value(), 0xffff)).isEqualTo(Errno.ESRCH.result());
  }

  @Test
  void portsRunOut() {
    for (int port = 3; port < 1024; port++) {
      assertThat(allocUnbound(Domid.SELF.value(), 0)).isZero();
    }
    assertThat(allocUnbound(Domid.SELF.value(), 0)).isEqualTo(Errno.ENOSPC.result());
  }

  @Test
  void virqsAreBoundOncePerVcpu() {
    assertThat(bindVirq(Virq.TIMER.number(), 0)).isZero();
    assertThat(bindVirq(Virq.TIMER.number(), 0)).isEqualTo(Errno.EEXIST.result());
    assertThat(bindVirq(Virq.TIMER.number(), 1)).isZero();
    assertThat(bindVirq(Virq.TIMER.number(), 2)).isEqualTo(Errno.ENOENT.result());
    assertThat(bindVirq(Virq.CONSOLE.number(), 1)).isEqualTo(Errno.EINVAL.result());
    assertThat(bindVirq(24, 0)).isEqualTo(Errno.EINVAL.result());
    assertThat(bindVirq(-1, 0)).isEqualTo(Errno.EINVAL.result());
  }

  @Test
  void statusShowsWhatAPortIs() {
    bindVirq(Virq.DEBUG.number(), 1);

    assertThat(status(Domid.SELF.value(), STORE)).isZero();
    assertThat(memory.getInt(AT + Status.STATUS)).isEqualTo(EvtchnOp.STATUS_UNBOUND);
    assertThat(memory.getShort(AT + Status.UNBOUND_DOM)).isZero();
    assertThat(status(Domid.SELF.value(), 3)).isZero();
    assertThat(memory.getInt(AT + Status.STATUS)).isEqualTo(EvtchnOp.STATUS_VIRQ);
    assertThat(memory.getInt(AT + Status.VCPU)).isEqualTo(1);
    assertThat(memory.getInt(AT + Status.VIRQ)).isEqualTo(Virq.DEBUG.number());
    assertThat(status(Domid.SELF.value(), 9)).isZero();
    assertThat(memory.getInt(AT + Status.STATUS)).isEqualTo(EvtchnOp.STATUS_CLOSED);
    assertThat(status(Domid.SELF.value(), 1024)).isEqualTo(Errno.EINVAL.result());
    assertThat(status(0, STORE)).isEqualTo(Errno.EPERM.result());
  }

  @Test
  void closingAConnectedPortTellsItsPeer() {
    domain.xen.events().connect(STORE, Domid.DOM0, 42, () -> {});

    assertThat(close(STORE)).isZero();

    assertThat(domain.told(PortClosed.class))
        .containsExactly(new PortClosed(TestDomain.DOMID, Domid.DOM0, 42));
    assertThat(close(STORE)).isEqualTo(Errno.EINVAL.result());
    assertThat(close(CONSOLE)).isZero();
    assertThat(domain.told(PortClosed.class)).as("an unbound port has no peer").hasSize(1);
  }

  @Test
  void sendRaisesThePeersSinkAndNothingElse() {
    int[] raised = {0};
    domain.xen.events().connect(STORE, Domid.DOM0, 42, () -> raised[0]++);

    assertThat(send(STORE)).isZero();
    assertThat(send(CONSOLE)).as("an unbound port drops").isZero();
    assertThat(send(0)).isEqualTo(Errno.EINVAL.result());
    assertThat(send(99)).isEqualTo(Errno.EINVAL.result());
    assertThat(send(-1)).isEqualTo(Errno.EINVAL.result());
    assertThat(send(1 << 20)).isEqualTo(Errno.EINVAL.result());

    assertThat(raised[0]).isEqualTo(1);
  }

  @Test
  void anIpiToAVcpuThatRunsOrWaitsForAPcpuWakesNobody() {
    memory.putInt(AT, 0);
    event(EvtchnOp.BIND_IPI);
    int port = memory.getInt(AT + 4);

    assertThat(send(port)).isZero();

    assertThat(SharedInfo.isPending(domain.xen.sharedInfo(), 0, port)).isTrue();
    assertThat(SharedInfo.isUpcallPending(domain.xen.sharedInfo(), 0, 0)).isTrue();
    assertThat(domain.told(VcpuWoke.class)).isEmpty();
  }

  @Test
  void unmaskRaisesTheUpcallOfAPendingPort() {
    SharedInfo.mask(domain.xen.sharedInfo(), 0, STORE);
    domain.live.deliver(STORE);
    assertThat(SharedInfo.isUpcallPending(domain.xen.sharedInfo(), 0, 0)).isFalse();

    memory.putInt(AT, STORE);
    assertThat(event(EvtchnOp.UNMASK)).isZero();

    assertThat(SharedInfo.isUpcallPending(domain.xen.sharedInfo(), 0, 0)).isTrue();
    memory.putInt(AT, 5000);
    assertThat(event(EvtchnOp.UNMASK)).isEqualTo(Errno.EINVAL.result());
  }

  @Test
  void bindInterdomainWaitsForItsPeer() {
    int[] raised = {0};
    bindInterdomain(5, 33);

    assertThat(domain.told(HypervisorCommand.BindInterdomain.class))
        .singleElement()
        .extracting(
            HypervisorCommand.BindInterdomain::localPort,
            HypervisorCommand.BindInterdomain::remote,
            HypervisorCommand.BindInterdomain::remotePort)
        .containsExactly(3, Domid.of(5), 33);
    assertThat(domain.vcpu(0).state()).isEqualTo(Runstate.BLOCKED);
    domain.live.deliver(STORE);
    assertThat(domain.told(VcpuWoke.class)).as("only the answer wakes it").isEmpty();

    domain.hypercalls.peerAnswered(3, new PeerConnected(() -> raised[0]++));

    assertThat(domain.vcpu(0).context().rax).isZero();
    assertThat(memory.getInt(AT + BindInterdomain.LOCAL_PORT)).isEqualTo(3);
    assertThat(SharedInfo.isPending(domain.xen.sharedInfo(), 0, 3))
        .as("pending at once: events may have been lost")
        .isTrue();
    assertThat(domain.told(VcpuWoke.class)).containsExactly(new VcpuWoke(TestDomain.DOMID, 0));
    assertThat(send(3)).isZero();
    assertThat(raised[0]).isEqualTo(1);
  }

  @Test
  void aRefusedBindGivesItsPortBack() {
    bindInterdomain(5, 33);

    domain.hypercalls.peerAnswered(3, new PeerRefused(Errno.EINVAL));

    assertThat(domain.vcpu(0).context().rax).isEqualTo(Errno.EINVAL.result());
    assertThat(allocUnbound(Domid.SELF.value(), 0)).isZero();
    assertThat(memory.getInt(AT + AllocUnbound.PORT)).isEqualTo(3);
  }

  @Test
  void aPeerThatConnectsToAPortClosedMeanwhileIsTold() {
    bindInterdomain(5, 33);
    domain.xen.events().close(3);

    domain.hypercalls.peerAnswered(3, new PeerConnected(() -> {}));

    assertThat(domain.vcpu(0).context().rax).isEqualTo(Errno.EINVAL.result());
    assertThat(domain.told(PortClosed.class))
        .containsExactly(new PortClosed(TestDomain.DOMID, Domid.of(5), 33));
  }

  @Test
  void anArgumentThatWentAwayMeanwhileIsAFault() {
    domain.call(
        Hypercall.EVENT_CHANNEL_OP, EvtchnOp.BIND_INTERDOMAIN, writeBindInterdomain(9 << 12));
    domain.xen.memory().unmap(9, 1); // another vCPU's balloon

    domain.hypercalls.peerAnswered(3, new PeerConnected(() -> {}));

    assertThat(domain.vcpu(0).context().rax).isEqualTo(Errno.EFAULT.result());
    assertThat(domain.vcpu(0).state()).isEqualTo(Runstate.RUNNABLE);
  }

  @Test
  void bindInterdomainRefusesWhatCanBeNoPeer() {
    assertThat(bindInterdomain(Domid.XEN.value(), 3)).isEqualTo(Errno.ESRCH.result());
    assertThat(bindInterdomain(5, 0)).isEqualTo(Errno.EINVAL.result());
    assertThat(bindInterdomain(5, -7)).isEqualTo(Errno.EINVAL.result());
    assertThat(domain.told(HypervisorCommand.BindInterdomain.class)).isEmpty();
  }

  @Test
  void resetClosesEveryPort() {
    domain.xen.events().connect(STORE, Domid.DOM0, 42, () -> {});
    memory.putShort(AT, (short) Domid.SELF.value());

    assertThat(event(EvtchnOp.RESET)).isZero();

    assertThat(domain.xen.events().nextOpen(0)).isEqualTo(-1);
    assertThat(domain.told(PortClosed.class)).hasSize(1);
  }

  @Test
  void unknownOperationsAndBadPointersAreErrors() {
    for (int op : List.of(EvtchnOp.INIT_CONTROL, EvtchnOp.EXPAND_ARRAY, 14, 99, -1)) {
      assertThat(event(op)).as("op %d", op).isEqualTo(Errno.ENOSYS.result());
    }
    for (int op = 0; op <= EvtchnOp.RESET; op++) {
      if (op != EvtchnOp.BIND_PIRQ) {
        assertThat(domain.call(Hypercall.EVENT_CHANNEL_OP, op, -8))
            .as("op %d", op)
            .isEqualTo(Errno.EFAULT.result());
      }
    }
  }

  private long event(int op) {
    return domain.call(Hypercall.EVENT_CHANNEL_OP, op, AT);
  }

  private long allocUnbound(int dom, int remote) {
    memory.putShort(AT + AllocUnbound.DOM, (short) dom);
    memory.putShort(AT + AllocUnbound.REMOTE_DOM, (short) remote);
    return event(EvtchnOp.ALLOC_UNBOUND);
  }

  private long bindVirq(int virq, int vcpu) {
    memory.putInt(AT + BindVirq.VIRQ, virq);
    memory.putInt(AT + BindVirq.VCPU, vcpu);
    return event(EvtchnOp.BIND_VIRQ);
  }

  private long bindInterdomain(int remote, int remotePort) {
    memory.putShort(AT + BindInterdomain.REMOTE_DOM, (short) remote);
    memory.putInt(AT + BindInterdomain.REMOTE_PORT, remotePort);
    return event(EvtchnOp.BIND_INTERDOMAIN);
  }

  private long writeBindInterdomain(long at) {
    memory.putShort(at + BindInterdomain.REMOTE_DOM, (short) 5);
    memory.putInt(at + BindInterdomain.REMOTE_PORT, 33);
    return at;
  }

  private long status(int dom, int port) {
    memory.putShort(AT + Status.DOM, (short) dom);
    memory.putInt(AT + Status.PORT, port);
    return event(EvtchnOp.STATUS);
  }

  private long close(int port) {
    memory.putInt(AT, port);
    return event(EvtchnOp.CLOSE);
  }

  private long send(int port) {
    memory.putInt(AT, port);
    return event(EvtchnOp.SEND);
  }
}
