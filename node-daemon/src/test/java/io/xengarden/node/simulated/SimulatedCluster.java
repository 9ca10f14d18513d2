package io.xengarden.node.simulated;

import akka.actor.typed.Props;
import io.xengarden.domain.GuestMode;
import io.xengarden.domain.KernelImages;
import io.xengarden.domain.pebble.PebbleImage;
import io.xengarden.node.ClusterLink;
import io.xengarden.node.HostSettings;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.cluster.DirectoryCommand.MembershipChanged;
import io.xengarden.node.cluster.MembershipEvent;
import io.xengarden.node.relocation.CrashPoint;
import io.xengarden.node.relocation.RelocationCommand.Receive;
import io.xengarden.node.relocation.RelocationPorts;
import io.xengarden.node.simulated.SimulatedHost.Options;
import io.xengarden.node.simulated.SimulatedHost.World;
import io.xengarden.sim.Simulation;
import io.xengarden.storage.sim.SimulatedDisk;
import io.xengarden.storage.sim.SimulatedImages;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Hosts and an array in one simulation, which die and come back as they are told. */
public final class SimulatedCluster {
  /** When the others take a dead host for gone. */
  private static final Duration DOWNED_AFTER = Duration.ofSeconds(6);

  /** The domain that the watchman watches. */
  public static final UUID WATCHED = UUID.fromString("11111111-2222-4333-8444-555555555555");

  private final Simulation simulation;
  private final long memoryMib;
  private final SimulatedImages disks;
  private final SimulatedFiles files = new SimulatedFiles();
  private final SimulatedArray array;
  private final SimulatedLinks links;
  private final Watchman watchman;
  private final Map<String, Node> nodes = new TreeMap<>();
  private final Map<CrashPoint, Runnable> scripts = new EnumMap<>(CrashPoint.class);
  private final Set<CrashPoint> held = EnumSet.noneOf(CrashPoint.class);
  private final Map<CrashPoint, Integer> seen = new EnumMap<>(CrashPoint.class);

  private record Node(Power power, PoweredImages images, SimulatedHost host) {}

  public static SimulatedCluster start(Simulation simulation, int hosts) {
    SimulatedCluster cluster = new SimulatedCluster(simulation, 1024);
    for (int i = 1; i <= hosts; i++) {
      cluster.start("host" + i);
    }
    return cluster;
  }

  private SimulatedCluster(Simulation simulation, long memoryMib) {
    this.simulation = simulation;
    this.memoryMib = memoryMib;
    this.disks = new SimulatedImages(simulation::schedule);
    this.array = new SimulatedArray(simulation, this::reached);
    this.links = new SimulatedLinks(simulation, this::far);
    this.watchman = new Watchman(array, WATCHED);
  }

  private Optional<SimulatedLinks.Far> far(String name) {
    return Optional.ofNullable(nodes.get(name))
        .map(
            node ->
                new SimulatedLinks.Far(
                    node.power(),
                    incoming -> node.host().actors().relocation().tell(new Receive(incoming))));
  }

  // ---- life and death ----

  /** A new process of that name. */
  public SimulatedHost start(String name) {
    Power power = new Power();
    ClusterLink cluster =
        new ClusterLink(
            array.from(power),
            Props.empty(),
            Optional.of(new HostRecord.Addresses(name + ":grpc", address(name))));
    RelocationPorts relocation =
        new RelocationPorts(files, links.from(power), (point, _, _) -> mayPass(point, power));
    Options options =
        new Options(
            new HostSettings(name, 4, memoryMib),
            GuestMode.NORMAL,
            KernelImages.of(watchman.over(new PebbleImage(), name, power), new ScriptedKernel()));
    PoweredImages images = new PoweredImages(disks, power);
    SimulatedHost host =
        SimulatedHost.start(simulation, options, new World(disks, images, cluster, relocation));
    nodes.put(name, new Node(power, images, host));
    nodes.forEach((other, _) -> tellMembership(other, new MembershipEvent.MemberUp(address(name))));
    nodes.forEach((other, _) -> tellMembership(name, new MembershipEvent.MemberUp(address(other))));
    simulation.run(Duration.ofSeconds(3)); // the directories read the register again
    return host;
  }

  private static String address(String name) {
    return "akka://" + name;
  }

  private void tellMembership(String to, MembershipEvent event) {
    Node node = nodes.get(to);
    if (node.power().isOn()) {
      node.host().actors().cluster().directory().tell(new MembershipChanged(event));
    }
  }

  /** SIGKILL. May be called from a step. */
  public void kill(String name) {
    Node node = nodes.get(name);
    if (!node.power().isOn()) {
      return;
    }
    node.power().off();
    links.died(node.power());
    node.host().system().terminate();
    simulation.schedule(
        DOWNED_AFTER,
        () -> {
          if (nodes.get(name) == node) {
            nodes.forEach(
                (other, _) -> tellMembership(other, new MembershipEvent.MemberGone(address(name))));
          }
        });
  }

  public boolean isUp(String name) {
    return nodes.get(name).power().isOn();
  }

  // ---- crash points ----

  /** Once, when any flow reaches that point. */
  public void when(CrashPoint point, Runnable script) {
    scripts.put(point, script);
  }

  /** Once, when any flow reaches that point: it is held there for good. */
  public void holdAt(CrashPoint point) {
    held.add(point);
  }

  private boolean mayPass(CrashPoint point, Power power) {
    return reached(point) && power.isOn() && !held.remove(point);
  }

  private boolean reached(CrashPoint point) {
    seen.merge(point, 1, Integer::sum);
    Runnable script = scripts.remove(point);
    if (script != null) {
      script.run();
    }
    return true;
  }

  /** How often a point was reached. */
  public int timesReached(CrashPoint point) {
    return seen.getOrDefault(point, 0);
  }

  // ---- parts ----

  public Simulation simulation() {
    return simulation;
  }

  public SimulatedHost host(String name) {
    return nodes.get(name).host();
  }

  /** Those that live. */
  public List<SimulatedHost> hosts() {
    return nodes.values().stream().filter(node -> node.power().isOn()).map(Node::host).toList();
  }

  public Relocating relocating(String host) {
    return new Relocating(host(host));
  }

  public SimulatedArray array() {
    return array;
  }

  public SimulatedLinks links() {
    return links;
  }

  public SimulatedFiles files() {
    return files;
  }

  public Watchman watchman() {
    return watchman;
  }

  /** A disk that one host does not find. */
  public void hideDiskFrom(String host, String target) {
    nodes.get(host).images().hide(target);
  }

  public SimulatedDisk createDisk(String target, long sizeBytes) {
    return disks.create(target, sizeBytes, simulation.random(target));
  }
}
