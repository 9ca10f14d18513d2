package io.xengarden.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.hypervisor.Hypervisor;
import io.xengarden.hypervisor.Hypervisor.HostResources;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.Memory;
import io.xengarden.node.XenHostCommand.ClusterActors;
import io.xengarden.node.XenHostCommand.DomainLost;
import io.xengarden.node.XenHostCommand.DomainsStopped;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.node.XenHostCommand.PartReady;
import io.xengarden.node.XenHostCommand.StopDomains;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.cluster.Directory;
import io.xengarden.node.cluster.DirectoryCommand;
import io.xengarden.node.console.ConsoleDaemon;
import io.xengarden.node.console.ConsoleDaemonCommand;
import io.xengarden.node.dom0.Dom0;
import io.xengarden.node.dom0.Dom0Command;
import io.xengarden.node.events.EventLog;
import io.xengarden.node.events.EventLogCommand;
import io.xengarden.node.events.EventLogCommand.Append;
import io.xengarden.node.events.HostEvent;
import io.xengarden.node.ownership.OwnershipCommand;
import io.xengarden.node.ownership.OwnershipCommand.Join;
import io.xengarden.node.ownership.OwnershipCommand.Joined;
import io.xengarden.node.ownership.Ownerships;
import io.xengarden.node.relocation.Relocation;
import io.xengarden.node.relocation.RelocationCommand;
import io.xengarden.node.relocation.RelocationSetup;
import io.xengarden.node.toolstack.Services;
import io.xengarden.node.toolstack.Toolstack;
import io.xengarden.node.toolstack.ToolstackCommand;
import io.xengarden.node.toolstack.ToolstackCommand.AllStopped;
import io.xengarden.node.toolstack.ToolstackCommand.OwnershipLost;
import io.xengarden.node.toolstack.ToolstackCommand.StopAll;
import io.xengarden.storage.VbdBackend;
import io.xengarden.storage.VbdSetup;
import io.xengarden.xenstore.XenStore;
import io.xengarden.xenstore.XenStoreCommand;
import java.util.HexFormat;
import java.util.function.Consumer;

/**
 * One emulated host: makes its parts, ties them together, and keeps them. The end of any of them is
 * the end of the host, as it would be on a real one.
 */
public final class XenHost extends AbstractOnMessageBehavior<XenHostCommand> {
  private static final long KIB_PER_MIB = 1024;
  private static final long PAGES_PER_MIB = (1 << 20) / Memory.PAGE_SIZE;

  /** Dom0 and the toolstack, and the cluster when the host joins by itself. */
  private static final int PARTS_TO_BE_READY = 2;

  private final HostSettings settings;
  private final HostPorts ports;
  private final HostMemory memory;
  private final Consumer<HostActors> ready;
  private final HostActors actors;
  private int partsReady;

  /**
   * @param ready called once, on the host's turn, when it takes requests
   */
  public static Behavior<XenHostCommand> create(
      HostSettings settings, HostPorts ports, Consumer<HostActors> ready) {
    return Behaviors.setup(context -> new XenHost(context, settings, ports, ready));
  }

  private XenHost(
      ActorContext<XenHostCommand> context,
      HostSettings settings,
      HostPorts ports,
      Consumer<HostActors> ready) {
    super(context);
    this.settings = settings;
    this.ports = ports;
    this.ready = ready;
    this.memory = HostMemory.ofFrames(settings.memoryMib() * PAGES_PER_MIB);
    this.actors = wire();
  }

  /** The whole host, by hand. */
  private HostActors wire() {
    ActorRef<XenHostCommand> self = getContext().getSelf();
    Runnable partReady = () -> self.tell(new PartReady());

    HostResources machine =
        new HostResources(memory, settings.cpus(), HostSettings.DOM0_MEMORY_MIB * PAGES_PER_MIB);
    ActorRef<HypervisorCommand> hypervisor =
        spawn(Hypervisor.create(machine, ports.clock()), "hypervisor");
    ActorRef<XenStoreCommand> store = spawn(XenStore.create(), "xenstore");
    ActorRef<EventLogCommand> events =
        spawn(EventLog.create(settings.name(), ports.wallClock()), "events");
    ActorRef<ConsoleDaemonCommand> consoles =
        spawn(
            ConsoleDaemon.create(
                new ConsoleDaemon.Environment(
                    hypervisor, store, ports.consoleLogs(), ports.random())),
            "consoles");
    ActorRef<Dom0Command> dom0 =
        spawn(
            Dom0.create(
                new Dom0.Environment(
                    hypervisor,
                    store,
                    events,
                    vbd ->
                        VbdBackend.create(
                            new VbdSetup(
                                vbd.frontend(),
                                vbd.devid(),
                                vbd.backendPath(),
                                hypervisor,
                                store,
                                ports.images())),
                    HostSettings.DOM0_MEMORY_MIB * KIB_PER_MIB,
                    partReady)),
            "dom0");
    ClusterActors cluster = wireCluster();
    ports
        .cluster()
        .addresses()
        .ifPresent(addresses -> join(cluster.ownership(), addresses, partReady));
    Services services =
        new Services(
            new Services.Actors(hypervisor, store, consoles, events, cluster.ownership()),
            new Services.Inputs(
                ports.clock(),
                ports.wallClock(),
                ports.random(),
                ports.images(),
                ports.guestMode()),
            settings.name());
    ActorRef<ToolstackCommand> toolstack =
        spawn(Toolstack.create(services, ports.kernels(), partReady), "toolstack");
    RelocationSetup relocations =
        new RelocationSetup(
            settings.name(),
            new RelocationSetup.Actors(hypervisor, store, dom0, toolstack),
            new RelocationSetup.ClusterParts(
                cluster.register(), cluster.directory(), cluster.ownership()),
            new RelocationSetup.Outside(ports.clock(), ports.random(), ports.relocation()));
    ActorRef<RelocationCommand> relocation = spawn(Relocation.create(relocations), "relocation");
    return new HostActors(
        hypervisor, store, consoles, events, dom0, toolstack, relocation, cluster);
  }

  /** The register is not watched: without it, what runs runs on. */
  private ClusterActors wireCluster() {
    String process = HexFormat.of().toHexDigits(ports.random().nextLong());
    ActorRef<RegisterCommand> register =
        getContext().spawn(ports.cluster().register(), "register", ports.cluster().dispatcher());
    ActorRef<DirectoryCommand> directory =
        spawn(
            Directory.create(new Directory.Self(settings.name(), process), register), "directory");
    ActorRef<XenHostCommand> self = getContext().getSelf();
    ActorRef<OwnershipCommand> ownership =
        spawn(
            Ownerships.create(
                new Ownerships.Environment(
                    new Ownerships.Self(
                        settings.name(),
                        process,
                        new HostRecord.Machine(settings.cpus(), settings.memoryMib())),
                    register,
                    directory,
                    ports.random(),
                    lost -> self.tell(new DomainLost(lost)))),
            "ownership");
    return new ClusterActors(register, directory, ownership);
  }

  private void join(
      ActorRef<OwnershipCommand> ownership, HostRecord.Addresses addresses, Runnable joined) {
    ActorRef<Joined> answer =
        getContext()
            .spawnAnonymous(
                Behaviors.receiveMessage(
                    _ -> {
                      joined.run();
                      return Behaviors.stopped();
                    }));
    ownership.tell(new Join(addresses, answer));
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    ActorRef<T> part = getContext().spawn(behavior, name);
    getContext().watch(part);
    return part;
  }

  @Override
  public Behavior<XenHostCommand> onMessage(XenHostCommand message) {
    return switch (message) {
      case PartReady() -> onPartReady();
      case DomainLost(var ownership) -> {
        actors.toolstack().tell(new OwnershipLost(ownership));
        yield this;
      }
      case StopDomains(var replyTo) -> stopDomains(replyTo);
    };
  }

  @Override
  public Behavior<XenHostCommand> onSignal(Signal signal) {
    return switch (signal) {
      case ChildFailed failed -> {
        getContext().getLog().error("{} has failed", failed.getRef().path().name(), failed.cause());
        yield Behaviors.stopped();
      }
      case Terminated _ -> Behaviors.unhandled();
      case PostStop _ -> {
        closeMemory();
        yield this;
      }
      default -> this;
    };
  }

  private void closeMemory() {
    try {
      memory.close();
    } catch (IllegalStateException inUse) {
      // A disk still reads or writes: the process is about to end, and the mapping with it.
      getContext().getLog().warn("host memory is still in use: {}", inUse.getMessage());
    }
  }

  private Behavior<XenHostCommand> onPartReady() {
    int parts = PARTS_TO_BE_READY + (ports.cluster().addresses().isPresent() ? 1 : 0);
    if (++partsReady == parts) {
      String what = "%d pCPUs, %d MiB".formatted(settings.cpus(), settings.memoryMib());
      actors.events().tell(new Append(HostEvent.ofHost("host.up", what)));
      ready.accept(actors);
    }
    return this;
  }

  private Behavior<XenHostCommand> stopDomains(ActorRef<DomainsStopped> replyTo) {
    ActorRef<AllStopped> all =
        getContext()
            .spawnAnonymous(
                Behaviors.receiveMessage(
                    _ -> {
                      replyTo.tell(new DomainsStopped());
                      return Behaviors.stopped();
                    }));
    actors.toolstack().tell(new StopAll(all));
    return this;
  }
}
