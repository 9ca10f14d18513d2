package io.xengarden.hypervisor.evtchn;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.Virq;
import io.xengarden.hypervisor.evtchn.EventChannels.Closed;
import io.xengarden.hypervisor.evtchn.EventChannels.State;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventChannelsTest {
  private static final Domid PEER = Domid.of(7);
  private static final Domid OTHER = Domid.of(8);
  private static final EventSink NOBODY = () -> {};
  private static final int VCPUS = 4;

  private HostMemory host;
  private GuestMemory page;
  private EventChannels events;

  @BeforeEach
  void makeTable() {
    host = HostMemory.ofFrames(1);
    page = new GuestMemory(host);
    page.map(0, 0, 1);
    events = new EventChannels(page, 100, VCPUS);
  }

  @AfterEach
  void closeHost() {
    host.close();
  }

  @Test
  void theLowestFreePortIsTakenFromOneOn() {
    assertThat(events.allocUnbound(PEER)).isEqualTo(1);
    assertThat(events.bindIpi(0)).isEqualTo(2);
    assertThat(events.bindVirq(Virq.TIMER, 0)).isEqualTo(3);
    events.close(2);
    assertThat(events.reserve(PEER)).isEqualTo(2);
    assertThat(events.allocUnbound(PEER)).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8, 9, 100, 1024, 4096})
  void portsRunOutAtTheLimit(int maxPorts) {
    EventChannels table = new EventChannels(page, maxPorts, 1);
    for (int port = 1; port < maxPorts; port++) {
      assertThat(table.allocUnbound(PEER)).isEqualTo(port);
    }
    assertThat(table.allocUnbound(PEER)).isEqualTo(Errno.ENOSPC.result());
    assertThat(table.bindIpi(0)).isEqualTo(Errno.ENOSPC.result());
    assertThat(table.reserve(PEER)).isEqualTo(Errno.ENOSPC.result());
    assertThat(table.bindVirq(Virq.TIMER, 0)).isEqualTo(Errno.ENOSPC.result());
    table.close(1);
    assertThat(table.bindVirq(Virq.TIMER, 0)).isEqualTo(1);
  }

  @Test
  void aPortConnectsOnceAndOnlyToItsRemote() {
    int port = (int) events.allocUnbound(PEER);
    assertThat(events.connect(port, OTHER, 3, NOBODY)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.connect(port, PEER, 3, NOBODY)).isZero();
    assertThat(events.connect(port, PEER, 4, NOBODY)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.connect(99, PEER, 3, NOBODY)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.connect(0, PEER, 3, NOBODY)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.status(port))
        .isEqualTo(new EventChannels.Status(State.INTERDOMAIN, 0, PEER, 3, null));
  }

  @Test
  void aReservedPortShowsAsUnboundUntilItIsConnected() {
    int port = (int) events.reserve(PEER);
    assertThat(events.state(port)).isEqualTo(State.UNBOUND);
    assertThat(events.connect(port, PEER, 3, NOBODY)).isZero();
    assertThat(events.state(port)).isEqualTo(State.INTERDOMAIN);
  }

  @Test
  void closingTellsWhoThePeerIs() {
    int port = connected(NOBODY);
    assertThat(events.close(port)).isEqualTo(new Closed(0, PEER, 3));
    assertThat(events.close(port).result()).isEqualTo(Errno.EINVAL.result());
    assertThat(events.close((int) events.allocUnbound(PEER))).isEqualTo(Closed.NONE);
    assertThat(events.close(0).result()).isEqualTo(Errno.EINVAL.result());
    assertThat(events.close(-5).result()).isEqualTo(Errno.EINVAL.result());
    assertThat(events.close(1 << 30).result()).isEqualTo(Errno.EINVAL.result());
  }

  @Test
  void aDisconnectedPortIsUnboundForTheSameRemoteAndItsSendsAreDropped() {
    AtomicInteger raised = new AtomicInteger();
    int port = connected(raised::incrementAndGet);
    assertThat(events.send(port)).isZero();
    events.disconnect(port);
    assertThat(events.state(port)).isEqualTo(State.UNBOUND);
    assertThat(events.send(port)).isZero();
    assertThat(raised).hasValue(1);
    assertThat(events.connect(port, OTHER, 5, NOBODY)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.connect(port, PEER, 5, NOBODY)).isZero();
  }

  @Test
  void onlyPortsWithAFarEndCanSend() {
    int virq = (int) events.bindVirq(Virq.TIMER, 0);
    assertThat(events.send(virq)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.send(0)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.send(50)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.send(-1)).isEqualTo(Errno.EINVAL.result());
  }

  @Test
  void anIpiWakesItsVcpu() {
    int port = (int) events.bindIpi(2);
    assertThat(events.send(port)).isZero();
    assertThat(SharedInfo.isUpcallPending(page, 0, 2)).isTrue();
    assertThat(SharedInfo.takePendingSel(page, 0, 2)).isEqualTo(1);
    assertThat(SharedInfo.isPending(page, 0, port)).isTrue();
  }

  @Test
  void aPerVcpuVirqIsBoundOnceOnEachVcpu() {
    int first = (int) events.bindVirq(Virq.TIMER, 0);
    int second = (int) events.bindVirq(Virq.TIMER, 1);
    assertThat(events.bindVirq(Virq.TIMER, 1)).isEqualTo(Errno.EEXIST.result());
    assertThat(events.bindVirq(Virq.DEBUG, 1)).isPositive();
    assertThat(events.deliverVirq(Virq.TIMER, 1)).isEqualTo(1);
    assertThat(SharedInfo.isPending(page, 0, second)).isTrue();
    assertThat(SharedInfo.isPending(page, 0, first)).isFalse();
    assertThat(events.deliverVirq(Virq.TIMER, 2)).as("not bound").isEqualTo(-1);
    events.close(second);
    assertThat(events.bindVirq(Virq.TIMER, 1)).isEqualTo(second);
  }

  @Test
  void aGlobalVirqIsBoundOnceOnVcpuZeroAndMayMove() {
    assertThat(events.bindVirq(Virq.CONSOLE, 1)).isEqualTo(Errno.EINVAL.result());
    int port = (int) events.bindVirq(Virq.CONSOLE, 0);
    assertThat(events.bindVcpu(port, 3)).isZero();
    assertThat(events.bindVirq(Virq.CONSOLE, 0)).isEqualTo(Errno.EEXIST.result());
    assertThat(events.deliverVirq(Virq.CONSOLE, 0)).as("woken vCPU").isEqualTo(3);
  }

  @Test
  void portsOfVcpusThatAreNoneAreRefused() {
    assertThat(events.bindIpi(VCPUS)).isEqualTo(Errno.ENOENT.result());
    assertThat(events.bindIpi(-1)).isEqualTo(Errno.ENOENT.result());
    assertThat(events.bindVirq(Virq.TIMER, VCPUS)).isEqualTo(Errno.ENOENT.result());
    int port = connected(NOBODY);
    assertThat(events.bindVcpu(port, VCPUS)).isEqualTo(Errno.ENOENT.result());
  }

  @Test
  void onlyPortsWithoutAVcpuOfTheirOwnMove() {
    assertThat(events.bindVcpu((int) events.bindIpi(0), 1)).isEqualTo(Errno.EINVAL.result());
    int timer = (int) events.bindVirq(Virq.TIMER, 0);
    assertThat(events.bindVcpu(timer, 1)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.bindVcpu(77, 1)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.bindVcpu((int) events.allocUnbound(PEER), 1)).isZero();
    int port = connected(NOBODY);
    assertThat(events.bindVcpu(port, 1)).isZero();
    assertThat(events.deliver(port)).isEqualTo(1);
  }

  @Test
  void aMaskedPortIsPendingButWakesNobodyUntilItIsUnmasked() {
    int port = connected(NOBODY);
    SharedInfo.mask(page, 0, port);
    assertThat(events.deliver(port)).isEqualTo(-1);
    assertThat(SharedInfo.isPending(page, 0, port)).isTrue();
    assertThat(SharedInfo.isUpcallPending(page, 0, 0)).isFalse();
    assertThat(events.unmask(port)).isZero();
    assertThat(SharedInfo.isUpcallPending(page, 0, 0)).isTrue();
    assertThat(SharedInfo.isMasked(page, 0, port)).isFalse();
  }

  @Test
  void unmaskingWhatIsNotPendingOrNotMaskedWakesNobody() {
    int port = connected(NOBODY);
    assertThat(events.unmask(port)).isZero();
    SharedInfo.mask(page, 0, port);
    assertThat(events.unmask(port)).isZero();
    assertThat(SharedInfo.isUpcallPending(page, 0, 0)).isFalse();
    assertThat(events.unmask(0)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.unmask(100)).isEqualTo(Errno.EINVAL.result());
    assertThat(events.unmask(-1)).isEqualTo(Errno.EINVAL.result());
  }

  @Test
  void raisesMergeUntilTheGuestTakesThem() {
    int port = connected(NOBODY);
    assertThat(events.deliver(port)).isZero();
    assertThat(events.deliver(port)).as("pending already").isEqualTo(-1);
    SharedInfo.clearPending(page, 0, port);
    assertThat(events.deliver(port)).as("the vCPU has not looked yet").isEqualTo(-1);
    SharedInfo.clearUpcallPending(page, 0, 0);
    SharedInfo.takePendingSel(page, 0, 0);
    SharedInfo.clearPending(page, 0, port);
    assertThat(events.deliver(port)).isZero();
  }

  @Test
  void anEventOfAClosedPortDoesNotReachTheNextOneWithItsNumber() {
    int port = connected(NOBODY);
    events.deliver(port);
    events.close(port);
    assertThat(SharedInfo.isPending(page, 0, port)).isFalse();
    assertThat(events.deliver(port)).as("raised before it was closed").isEqualTo(-1);
    assertThat(events.bindIpi(0)).isEqualTo(port);
    assertThat(SharedInfo.isPending(page, 0, port)).isFalse();
  }

  @Test
  void statusShowsEachKind() {
    assertThat(events.status(1).state()).isEqualTo(State.CLOSED);
    assertThat(events.status(-1).state()).isEqualTo(State.CLOSED);
    int unbound = (int) events.allocUnbound(PEER);
    int timer = (int) events.bindVirq(Virq.TIMER, 2);
    int ipi = (int) events.bindIpi(3);
    assertThat(events.status(unbound))
        .isEqualTo(new EventChannels.Status(State.UNBOUND, 0, PEER, 0, null));
    assertThat(events.status(timer))
        .isEqualTo(new EventChannels.Status(State.VIRQ, 2, Domid.INVALID, 0, Virq.TIMER));
    assertThat(events.status(ipi).state()).isEqualTo(State.IPI);
    assertThat(events.nextOpen(0)).isEqualTo(unbound);
    assertThat(events.nextOpen(unbound)).isEqualTo(timer);
    assertThat(events.nextOpen(ipi)).isEqualTo(-1);
  }

  private int connected(EventSink sink) {
    int port = (int) events.allocUnbound(PEER);
    assertThat(events.connect(port, PEER, 3, sink)).isZero();
    return port;
  }
}
