package io.xengarden.node.simulated;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import com.typesafe.config.ConfigFactory;
import io.xengarden.abi.Domid;
import io.xengarden.abi.Virq;
import io.xengarden.domain.GuestMode;
import io.xengarden.domain.KernelImages;
import io.xengarden.domain.pebble.PebbleImage;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Virq;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.CloseDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.GetPhysInfo;
import io.xengarden.hypervisor.HypervisorCommand.PhysInfo;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.node.ClusterLink;
import io.xengarden.node.HostPorts;
import io.xengarden.node.HostSettings;
import io.xengarden.node.XenHost;
import io.xengarden.node.XenHostCommand;
import io.xengarden.node.XenHostCommand.DomainsStopped;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.node.XenHostCommand.StopDomains;
import io.xengarden.node.console.ConsoleDaemonCommand.ConsoleFound;
import io.xengarden.node.console.ConsoleDaemonCommand.FindConsole;
import io.xengarden.node.console.ConsoleDaemonCommand.FindReply;
import io.xengarden.node.console.DomainConsoleCommand;
import io.xengarden.node.console.DomainConsoleCommand.MoreOfRun;
import io.xengarden.node.console.DomainConsoleCommand.Run;
import io.xengarden.node.console.RunFeed;
import io.xengarden.node.console.RunFeed.RunEnded;
import io.xengarden.node.console.RunFeed.RunFailed;
import io.xengarden.node.console.RunFeed.RunOutput;
import io.xengarden.node.console.ShellCommand;
import io.xengarden.node.events.EventLogCommand.AtEnd;
import io.xengarden.node.events.EventLogCommand.Events;
import io.xengarden.node.events.EventLogCommand.EventsReply;
import io.xengarden.node.events.EventLogCommand.ReadEvents;
import io.xengarden.node.relocation.RelocationPorts;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.ToolstackCommand;
import io.xengarden.node.toolstack.ToolstackCommand.CreateDomain;
import io.xengarden.node.toolstack.ToolstackCommand.CreatedDomain;
import io.xengarden.node.toolstack.ToolstackCommand.DestroyDomain;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackCommand.ListDomains;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.sim.Simulation;
import io.xengarden.storage.BlockImages;
import io.xengarden.storage.sim.SimulatedDisk;
import io.xengarden.storage.sim.SimulatedImages;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A whole host in simulation: the production actors on simulated time, chance, disks and logs. Its
 * methods drive the simulation until they have an answer.
 */
public final class SimulatedHost {
  /** In virtual time: what takes longer has failed. */
  public static final Duration PATIENCE = Duration.ofMinutes(3);

  public static final Instant WALL_CLOCK_START = Instant.parse("2026-01-01T00:00:00Z");

  private final Simulation simulation;
  private final SimulatedImages images;
  private final SimulatedConsoleLogs consoleLogs;
  private final ActorSystem<XenHostCommand> system;
  private final List<SimulatedDisk> disks = new ArrayList<>();
  private HostActors actors;
  private long mails;

  /** What kind of host it is. */
  public record Options(HostSettings settings, GuestMode guestMode, KernelImages kernels) {
    /** 4 pCPUs, 2 GiB, Pebble and the scripted kernel. */
    public static Options ordinary() {
      return new Options(
          new HostSettings("host1", 4, 2048),
          GuestMode.NORMAL,
          KernelImages.of(new PebbleImage(), new ScriptedKernel()));
    }

    public Options with(GuestMode mode) {
      return new Options(settings, mode, kernels);
    }
  }

  /** What a command printed, and its status. */
  public record Ran(String output, int exitStatus) {}

  public static SimulatedHost start(Simulation simulation) {
    return start(simulation, Options.ordinary());
  }

  public static SimulatedHost start(Simulation simulation, Options options) {
    return start(simulation, options, World.of(simulation, new SimulatedFiles()));
  }

  public static SimulatedHost start(Simulation simulation, Options options, World world) {
    SimulatedHost host = new SimulatedHost(simulation, options, world);
    host.await("the host is up", () -> host.actors != null);
    return host;
  }

  /**
   * What a host may share with others.
   *
   * @param disks where its disks are made
   * @param images the same disks as the host sees them
   */
  public record World(
      SimulatedImages disks, BlockImages images, ClusterLink cluster, RelocationPorts relocation) {
    /** Of a host by itself. */
    public static World of(Simulation simulation, SimulatedFiles files) {
      SimulatedImages disks = new SimulatedImages(simulation::schedule);
      RelocationPorts none = RelocationPorts.none();
      return new World(
          disks,
          disks,
          ClusterLink.alone(),
          new RelocationPorts(files, none.links(), none.crashPoints()));
    }
  }

  private SimulatedHost(Simulation simulation, Options options, World world) {
    this.simulation = simulation;
    this.images = world.disks();
    this.consoleLogs = new SimulatedConsoleLogs(simulation);
    HostPorts ports =
        new HostPorts(
            simulation::nanos,
            this::now,
            simulation.random(options.settings().name()),
            world.images(),
            consoleLogs,
            options.kernels(),
            options.guestMode(),
            world.cluster(),
            world.relocation());
    system =
        simulation.createSystem(
            XenHost.create(options.settings(), ports, started -> actors = started),
            "host",
            ConfigFactory.parseResources("host.conf"));
  }

  public Instant now() {
    return WALL_CLOCK_START.plusNanos(simulation.nanos());
  }

  public Simulation simulation() {
    return simulation;
  }

  public HostActors actors() {
    return actors;
  }

  public ActorSystem<?> system() {
    return system;
  }

  public SimulatedConsoleLogs consoleLogs() {
    return consoleLogs;
  }

  /** A disk image at an absolute path. */
  public SimulatedDisk createDisk(String target, long sizeBytes) {
    SimulatedDisk disk = images.create(target, sizeBytes, simulation.random(target));
    disks.add(disk);
    return disk;
  }

  // ---- the toolstack ----

  public static DomainConfig.Builder config(String name) {
    return DomainConfig.newBuilder()
        .setName(name)
        .setMemoryKib(64 << 10)
        .setKernel("builtin:pebble");
  }

  public static DomainConfig.Builder scripted(String name, String script) {
    return config(name).setKernel(ScriptedKernel.NAME).setCmdline(script);
  }

  public DomainInfo create(DomainConfig config) {
    return create(config, InitialState.RUNNING);
  }

  public DomainInfo create(DomainConfig config, InitialState state) {
    return this.<CreatedDomain>done(replyTo -> new CreateDomain(config, state, replyTo)).info();
  }

  public ToolstackError refusalOf(DomainConfig config) {
    return refusal(
        (ActorRef<Outcome<CreatedDomain>> replyTo) ->
            tell(new CreateDomain(config, InitialState.RUNNING, replyTo)));
  }

  public void destroy(String name) {
    this.<Domid>done(replyTo -> new DestroyDomain(named(name), replyTo));
  }

  public List<DomainInfo> list() {
    return this.<List<DomainInfo>>done(ListDomains::new);
  }

  public Optional<DomainInfo> domain(String name) {
    return list().stream().filter(domain -> domain.getName().equals(name)).findFirst();
  }

  public static DomainSelector named(String name) {
    return DomainSelector.newBuilder().setName(name).build();
  }

  /** Sends a command and gives back what it was done with; {@link Refused} if it was not. */
  public <T> T done(java.util.function.Function<ActorRef<Outcome<T>>, ToolstackCommand> command) {
    Outcome<T> outcome = this.<Outcome<T>>ask(replyTo -> tell(command.apply(replyTo)));
    return switch (outcome) {
      case Outcome.Done<T>(var value) -> value;
      case Outcome.Refused<T>(var error) -> throw new Refused(error);
    };
  }

  public <T> ToolstackError refusal(Consumer<ActorRef<Outcome<T>>> question) {
    Outcome<T> outcome = this.<Outcome<T>>ask(question);
    if (outcome instanceof Outcome.Refused<T>(var error)) {
      return error;
    }
    throw new AssertionError("not refused: " + outcome);
  }

  public void tell(ToolstackCommand command) {
    actors.toolstack().tell(command);
  }

  /** Ends every domain in order. */
  public void stopDomains() {
    this.<DomainsStopped>ask(replyTo -> system.tell(new StopDomains(replyTo)));
  }

  // ---- consoles ----

  /** What the guest has printed so far, as its log has it. */
  public String console(String domainName) {
    return consoleLogs.text(domainName);
  }

  public ActorRef<DomainConsoleCommand> consoleOf(String domainName) {
    Domid domid = Domid.of(domain(domainName).orElseThrow().getDomid());
    FindReply found =
        this.<FindReply>ask(replyTo -> actors.consoles().tell(new FindConsole(domid, replyTo)));
    return ((ConsoleFound) found).console();
  }

  /** Waits until the shell shows its prompt. */
  public void awaitPrompt(String domainName) {
    awaitPrinted(domainName, "pebble# ");
  }

  /** Waits until the log ends with this. */
  public void awaitPrinted(String domainName, String end) {
    await(domainName + " prints " + end, () -> consoleLogs.endsWith(domainName, end));
  }

  /** As {@code xengarden run}. */
  public Ran run(String domainName, String command) {
    ActorRef<DomainConsoleCommand> console = consoleOf(domainName);
    Mail<RunFeed> mail = mail();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    console.tell(new Run(typeable(command), mail.address()));
    while (true) {
      switch (next(mail)) {
        case RunOutput(var bytes) -> {
          output.writeBytes(bytes);
          console.tell(new MoreOfRun(mail.address()));
        }
        case RunEnded(var status) -> {
          mail.close();
          return new Ran(output.toString(StandardCharsets.UTF_8), status);
        }
        case RunFailed(var why) -> throw new AssertionError(why);
      }
    }
  }

  private static ShellCommand typeable(String command) {
    try {
      return ShellCommand.of(List.of(command));
    } catch (ShellCommand.NotTypeable e) {
      throw new IllegalArgumentException(e);
    }
  }

  // ---- what there is ----

  /** Every event so far. */
  public List<Event> events() {
    List<Event> all = new ArrayList<>();
    while (true) {
      long after = all.isEmpty() ? 0 : all.getLast().getSequence();
      EventsReply reply =
          this.<EventsReply>ask(
              replyTo -> actors.events().tell(new ReadEvents(after, AtEnd.ANSWER, replyTo)));
      List<Event> more = ((Events) reply).events();
      if (more.isEmpty()) {
        return all;
      }
      all.addAll(more);
    }
  }

  /** The events of one domain, as "type detail". */
  public List<String> eventsOf(String name) {
    return events().stream()
        .filter(event -> event.getName().equals(name))
        .map(event -> event.getType() + " " + event.getDetail())
        .toList();
  }

  /** The value of a node; empty if it is not there. */
  public Optional<String> node(String path) {
    return batch(new StoreOp.ReadIfPresent(path)).text(0);
  }

  /** Every node at and below a path. */
  public SortedMap<String, String> nodes(String path) {
    SortedMap<String, String> nodes = new TreeMap<>();
    collect(path, nodes);
    return nodes;
  }

  private void collect(String path, SortedMap<String, String> nodes) {
    BatchDone read = batch(new StoreOp.ReadIfPresent(path), new StoreOp.List(path));
    nodes.put(path, read.text(0).orElse(""));
    for (String child : read.names(1)) {
      collect(path.equals("/") ? "/" + child : path + "/" + child, nodes);
    }
  }

  public BatchDone batch(StoreOp... ops) {
    BatchResult result =
        this.<BatchResult>ask(
            replyTo -> actors.store().tell(new Batch(Arrays.asList(ops), replyTo)));
    if (result instanceof BatchDone done) {
      return done;
    }
    throw new AssertionError(result);
  }

  /** What must be the same before and after something that leaves nothing behind. */
  public HostSnapshot snapshot() {
    simulation.run(Duration.ofSeconds(1)); // what is still on its way to its end
    PhysInfo info =
        this.<PhysInfo>ask(replyTo -> actors.hypervisor().tell(new GetPhysInfo(replyTo)));
    DomainList domains =
        this.<DomainList>ask(
            replyTo -> actors.hypervisor().tell(new HypervisorCommand.ListDomains(replyTo)));
    return new HostSnapshot(
        nodes("/"),
        info.freePages(),
        domains.domains().stream().map(status -> status.domid().value()).toList(),
        lowestFreePort(),
        actorPaths(),
        disks.stream().mapToInt(SimulatedDisk::openImages).sum());
  }

  private int lowestFreePort() {
    BindReply bound =
        this.<BindReply>ask(
            replyTo -> actors.hypervisor().tell(new BindDom0Virq(Virq.ENOMEM, () -> {}, replyTo)));
    int port = ((PortBound) bound).port();
    actors.hypervisor().tell(new CloseDom0Port(port));
    return port;
  }

  private List<String> actorPaths() {
    akka.actor.ActorSystemImpl classic = (akka.actor.ActorSystemImpl) Adapter.toClassic(system);
    Predicate<String> ofTests = line -> line.contains("test-mail-");
    return classic
        .printTree()
        .lines()
        .filter(ofTests.negate())
        .map(line -> line.replaceAll("[^ ]*-> ", "").replaceAll("\\$\\S+", "\\$"))
        .map(line -> line.strip().split("\\s+")[0])
        .filter(name -> !name.isEmpty())
        .sorted()
        .toList();
  }

  // ---- driving ----

  public void await(String what, BooleanSupplier condition) {
    if (!simulation.runUntil(condition, PATIENCE)) {
      throw new AssertionError("not within " + PATIENCE + ": " + what);
    }
  }

  /** As {@link #await}, for a condition that itself asks the host. */
  public void awaitAsking(String what, BooleanSupplier question) {
    Duration end = simulation.elapsed().plus(PATIENCE);
    while (!question.getAsBoolean()) {
      if (simulation.elapsed().compareTo(end) > 0) {
        throw new AssertionError("not within " + PATIENCE + ": " + what);
      }
      simulation.run(Duration.ofMillis(10));
    }
  }

  /** An address of its own for the answers to a question. */
  public <T> Mail<T> mail() {
    return new Mail<>(system, mails++);
  }

  public <T> T next(Mail<T> mail) {
    await("an answer", () -> !mail.isEmpty());
    return mail.next().orElseThrow();
  }

  public <T> T ask(Consumer<ActorRef<T>> question) {
    Mail<T> mail = mail();
    question.accept(mail.address());
    T answer = next(mail);
    mail.close();
    return answer;
  }
}
