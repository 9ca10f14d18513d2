package io.xengarden.benchmarks;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.EventSink;
import io.xengarden.domain.Domain;
import io.xengarden.domain.DomainSetup;
import io.xengarden.domain.GuestMode;
import io.xengarden.domain.builder.BuildSpec;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.builder.DomainBuilder;
import io.xengarden.hypervisor.Hypervisor;
import io.xengarden.hypervisor.Hypervisor.HostResources;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreated;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.HypervisorCommand.UnpauseDomain;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.HostMemory;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From dom0's send on an event channel to the guest's upcall: inbox, the domain's actor, the
 * scheduler's decision, a slice. The guest is blocked each time.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EventBenchmark {
  private static final long PAGES = 64;
  private static final long HOST_FRAMES = 8192;
  private static final int PORTS = 1024;
  private static final int PCPUS = 2;

  private final Doorman kernel = new Doorman();
  private HostMemory memory;
  private Rig rig;
  private EventSink guest;

  /** A host with one domain that waits for its first event. */
  @Setup
  public void boot() {
    memory = HostMemory.ofFrames(HOST_FRAMES);
    rig = new Rig();
    ActorRef<HypervisorCommand> hypervisor =
        rig.spawn(Hypervisor.create(new HostResources(memory, PCPUS, PAGES), System::nanoTime));
    DomainSpec spec = new DomainSpec(new UUID(0, 1), PAGES, PAGES, 1, PORTS, OptionalInt.empty());
    DomainCreation created = rig.ask(hypervisor, replyTo -> new CreateDomain(spec, replyTo));
    XenDomain xen = ((DomainCreated) created).domain();
    BuiltDomain built =
        DomainBuilder.build(
            xen, new BuildSpec(kernel, "", PAGES, 1), InstantSource.system(), new Random(1));
    rig.spawn(
        Domain.create(
            new DomainSetup(xen, built, kernel, hypervisor, System::nanoTime, GuestMode.NORMAL)));
    rig.<HypervisorCommand, DomctlReply>ask(
        hypervisor, replyTo -> new UnpauseDomain(xen.domid(), replyTo));
    BindReply bound =
        rig.ask(
            hypervisor, replyTo -> new BindDom0Port(xen.domid(), Doorman.PORT, () -> {}, replyTo));
    guest = ((PortBound) bound).peer();
  }

  @TearDown
  public void end() {
    rig.close();
    memory.close();
  }

  @Benchmark
  public long sendToUpcall() {
    long next = kernel.upcalls.getPlain() + 1;
    guest.raise();
    while (kernel.upcalls.getAcquire() < next) {
      Thread.onSpinWait();
    }
    return next;
  }
}
