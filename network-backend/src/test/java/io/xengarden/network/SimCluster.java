package io.xengarden.network;

import io.xengarden.network.sim.SimulatedOverlay;
import io.xengarden.sim.Simulation;
import java.util.ArrayList;
import java.util.List;

/** Hosts in one simulation, every one the peer of every other, and the network between them. */
final class SimCluster implements AutoCloseable {
  final Simulation sim;
  final SimulatedOverlay overlay;
  private final List<SimHost> hosts = new ArrayList<>();

  SimCluster(Simulation sim, int count) {
    this.sim = sim;
    this.overlay = new SimulatedOverlay(sim::schedule, sim.random("overlay"));
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String name = "host" + i;
      names.add(name);
      hosts.add(new SimHost(sim, name, overlay.link(name)));
    }
    for (SimHost host : hosts) {
      host.peers(names.stream().filter(name -> !name.equals(host.name)).toArray(String[]::new));
    }
  }

  SimHost host(int number) {
    return hosts.get(number - 1);
  }

  @Override
  public void close() {
    hosts.forEach(SimHost::close);
  }
}
