package io.xengarden.node.simulated;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.xengarden.node.array.MemoryJournal;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.Register;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.Ownerships;
import io.xengarden.node.array.sim.SimulatedLink;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The array's process in simulation: its journal outlives it. */
public final class SimulatedArray {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Simulation simulation;
  private final MemoryJournal journal = new MemoryJournal();
  private final List<SimulatedLink> links = new ArrayList<>();
  private Optional<ActorSystem<RegisterCommand>> process = Optional.empty();
  private int starts;

  public SimulatedArray(Simulation simulation) {
    this.simulation = simulation;
    start();
  }

  public void start() {
    process = Optional.of(simulation.createSystem(Register.create(journal), "array-" + ++starts));
  }

  /** What was answered stays; what is on its way is gone. */
  public void kill() {
    process.orElseThrow().terminate();
    process = Optional.empty();
    links.forEach(SimulatedLink::breakWatches);
  }

  /** A connection of one host. */
  public SimulatedLink link(String host) {
    SimulatedLink link =
        new SimulatedLink(
            () -> process.map(ActorSystem::narrow),
            simulation::schedule,
            simulation.random("link of " + host));
    links.add(link);
    return link;
  }

  /** What the register holds now. */
  public List<Ownership> records() {
    ActorSystem<RegisterCommand> running = process.orElseThrow();
    Mail<RegisterCommand.ListAnswer> mail = new Mail<>(running, simulation.steps());
    ActorRef<RegisterCommand.ListAnswer> address = mail.address();
    running.tell(new RegisterCommand.ListOwnerships(address));
    if (!simulation.runUntil(() -> !mail.isEmpty(), PATIENCE)) {
      throw new AssertionError("the register does not answer");
    }
    List<Ownership> records = ((Ownerships) mail.next().orElseThrow()).ownerships();
    mail.close();
    return records;
  }
}
