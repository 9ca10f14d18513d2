package io.xengarden.domain;

import static io.xengarden.domain.GuestPrograms.AT;
import static io.xengarden.domain.GuestPrograms.HITS;
import static io.xengarden.domain.GuestPrograms.LIMIT;
import static io.xengarden.domain.GuestPrograms.RESULTS;
import static io.xengarden.domain.GuestPrograms.ROUNDS;
import static io.xengarden.domain.GuestPrograms.SHARED;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.EvtchnOp.AllocUnbound;
import io.xengarden.abi.EvtchnOp.BindInterdomain;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.SimHost.Running;
import io.xengarden.machine.Memory;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events between vCPUs, with dom0 and between domains; with and without amnesia. */
class DomainEventsTest {
  @ParameterizedTest
  @EnumSource
  void noEventBetweenVcpusIsLost(GuestMode mode) {
    KernelImage kernel = new StepKernel("ping-pong", GuestPrograms::pingPong);
    SimulationRunner.over(Seeds.first(20))
        .run(
            sim -> {
              try (SimHost host = new SimHost(sim, 1 + (int) (sim.seed() % 3))) {
                Running domain = host.run(kernel, 2, mode);
                assertThat(host.awaitShutdown(domain.domid(), LIMIT))
                    .isEqualTo(ShutdownReason.POWEROFF);
                assertThat(domain.xen().memory().getInt(HITS)).isEqualTo(ROUNDS);
              }
            });
  }

  @ParameterizedTest
  @EnumSource
  void everyEventThatDom0SendsIsAnswered(GuestMode mode) {
    try (Simulation sim = new Simulation(2);
        SimHost host = new SimHost(sim, 2)) {
      Running domain = host.run(new StepKernel("echo", GuestPrograms::echo), 1, mode);
      int[] answers = {0};
      EventSink toGuest = GuestPrograms.bind(host, domain, 1, () -> answers[0]++);
      sim.run(Duration.ofMillis(10));
      assertThat(answers[0]).as("raised once by the bind itself").isEqualTo(1);

      for (int i = 0; i < 50; i++) {
        int before = answers[0];
        toGuest.raise();
        assertThat(sim.runUntil(() -> answers[0] > before, LIMIT)).as("event %d", i).isTrue();
      }

      assertThat(domain.xen().memory().getInt(HITS)).isEqualTo(answers[0] - 1).isEqualTo(50);
      host.destroy(domain.domid());
      assertThat(host.status(domain.domid())).isEmpty();
      toGuest.raise(); // nobody is there: nothing happens
      sim.run(Duration.ofSeconds(1));
    }
  }

  private static void offer(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    if (context.rip == 1) {
      memory.putShort(AT + AllocUnbound.DOM, (short) Domid.SELF.value());
      memory.putShort(AT + AllocUnbound.REMOTE_DOM, (short) 2);
      context.rip = 2;
      Calls.call(cpu, context, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.ALLOC_UNBOUND, AT);
    } else {
      if (Calls.takeEvent(cpu, SHARED, 3)) {
        memory.putInt(HITS, memory.getInt(HITS) + 1);
      }
      Calls.block(cpu, context);
    }
  }

  private static void bindAndSend(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    switch ((int) context.rip) {
      case 1 -> {
        memory.putShort(AT + BindInterdomain.REMOTE_DOM, (short) 1);
        memory.putInt(AT + BindInterdomain.REMOTE_PORT, 3);
        context.rip = 2;
        Calls.call(cpu, context, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.BIND_INTERDOMAIN, AT);
      }
      case 2 -> {
        memory.putLong(RESULTS, context.rax);
        int port = memory.getInt(AT + BindInterdomain.LOCAL_PORT);
        memory.putInt(RESULTS + 16, SharedInfo.isPending(memory, SHARED, port) ? 1 : 0);
        Calls.send(cpu, context, AT, port);
        context.rip = 3;
      }
      case 3 -> {
        memory.putInt(AT, 3);
        context.rip = 4;
        Calls.call(cpu, context, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.CLOSE, AT);
      }
      default -> Calls.block(cpu, context);
    }
  }

  @ParameterizedTest
  @EnumSource
  void domainsBindSendAndClose(GuestMode mode) {
    try (Simulation sim = new Simulation(3);
        SimHost host = new SimHost(sim, 2)) {
      Running offers = host.run(new StepKernel("offer", DomainEventsTest::offer), 1, mode);
      sim.run(Duration.ofMillis(10));
      Running binds = host.run(new StepKernel("bind", DomainEventsTest::bindAndSend), 1, mode);
      sim.run(Duration.ofMillis(10));

      assertThat(List.of(offers.domid(), binds.domid())).containsExactly(Domid.of(1), Domid.of(2));
      assertThat(binds.xen().memory().getLong(RESULTS)).as("bind's result").isZero();
      assertThat(binds.xen().memory().getInt(RESULTS + 16)).as("pending at once").isEqualTo(1);
      assertThat(offers.xen().memory().getInt(HITS)).isEqualTo(1);
      assertThat(offers.xen().events().status(3).state())
          .as("closed by its peer: unbound again")
          .isEqualTo(io.xengarden.hypervisor.evtchn.EventChannels.State.UNBOUND);
    }
  }

  @Test
  void bindingToADomainThatIsNotThereIsAnError() {
    try (Simulation sim = new Simulation(4);
        SimHost host = new SimHost(sim, 1)) {
      Running binds =
          host.run(new StepKernel("bind", DomainEventsTest::bindAndSend), 1, GuestMode.NORMAL);
      sim.run(Duration.ofMillis(10));

      assertThat(binds.xen().memory().getLong(RESULTS))
          .as("domain 1 binds a port of its own that is closed")
          .isEqualTo(Errno.EINVAL.result());
    }
  }
}
