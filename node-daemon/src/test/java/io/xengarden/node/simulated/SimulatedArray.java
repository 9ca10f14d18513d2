package io.xengarden.node.simulated;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import io.xengarden.node.array.Journal;
import io.xengarden.node.array.MemoryJournal;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.Register;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.OwnershipChange;
import io.xengarden.node.array.RegisterCommand.Unreachable;
import io.xengarden.node.array.RegisterEntry;
import io.xengarden.node.relocation.CrashPoint;
import io.xengarden.sim.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The array of a simulated cluster: the production register over a journal that survives the
 * process, and the way to it from each host, which delays, and loses calls when one of the two
 * dies.
 */
public final class SimulatedArray {
  /** As long as production waits for an answer. */
  private static final Duration CALL_LIMIT = Duration.ofSeconds(5);

  private final Simulation simulation;
  private final RandomGenerator random;
  private final Consumer<CrashPoint> reached;
  private final Observed journal = new Observed();
  private final List<Call<?>> calls = new ArrayList<>();
  private final List<Watching> watches = new ArrayList<>();
  private ActorSystem<RegisterCommand> system;
  private Power power;
  private long actors;

  /** Somebody who follows the register, across its deaths. */
  private record Watching(Power host, ActorRef<OwnershipChange> watcher) {}

  /** The journal, and what it says: which is what is so, whoever knows it. */
  private static final class Observed implements Journal {
    private final MemoryJournal entries = new MemoryJournal();
    private final Map<UUID, Ownership> ownerships = new TreeMap<>();

    @Override
    public List<RegisterEntry> load() {
      return entries.load();
    }

    @Override
    public void append(RegisterEntry entry) throws IOException {
      entries.append(entry);
      switch (entry) {
        case RegisterEntry.OwnershipPut(var ownership) ->
            ownerships.put(ownership.uuid(), ownership);
        case RegisterEntry.OwnershipRemoved(var uuid, var _) -> ownerships.remove(uuid);
        default -> {}
      }
    }

    @Override
    public long entryCount() {
      return entries.entryCount();
    }

    @Override
    public void compact(List<RegisterEntry> snapshot) throws IOException {
      entries.compact(snapshot);
    }
  }

  /** One call that has not been answered. */
  private final class Call<A> {
    private final Power host;
    private final ActorRef<A> replyTo;
    private boolean over;

    Call(Power host, ActorRef<A> replyTo) {
      this.host = host;
      this.replyTo = replyTo;
    }

    void answer(A answer) {
      if (!over) {
        over = true;
        calls.remove(this);
        if (host.isOn()) {
          replyTo.tell(answer);
        }
      }
    }
  }

  SimulatedArray(Simulation simulation, Consumer<CrashPoint> reached) {
    this.simulation = simulation;
    this.random = simulation.random("array");
    this.reached = reached;
    start();
  }

  /** The truth, whether anybody can be asked for it or not. */
  public Optional<Ownership> ownership(UUID uuid) {
    return Optional.ofNullable(journal.ownerships.get(uuid));
  }

  public boolean isUp() {
    return power.isOn();
  }

  /** SIGKILL: what was durable is; calls under way are not answered. */
  public void kill() {
    power.off();
    system.terminate();
    List<Call<?>> open = List.copyOf(calls);
    later(() -> open.forEach(SimulatedArray::fail));
    watches.stream()
        .filter(each -> each.host().isOn())
        .forEach(each -> each.watcher().tell(new OwnershipChange.Disconnected()));
  }

  private static void fail(Call<?> call) {
    unreachable(call, "the connection broke");
  }

  /** The one type of answer that every call can get. */
  @SuppressWarnings("unchecked")
  private static <A> void unreachable(Call<A> call, String why) {
    call.answer((A) new Unreachable(why));
  }

  public void start() {
    power = new Power();
    system =
        simulation.createSystem(
            Register.create(journal), "array", ConfigFactory.parseResources("host.conf"));
    watches.stream().filter(each -> each.host().isOn()).forEach(this::follow);
  }

  /** What stands for the register in a host. */
  Behavior<RegisterCommand> from(Power host) {
    return Behaviors.receiveMessage(
        command -> {
          switch (command) {
            case RegisterCommand.CompareAndSwap(var uuid, var expected, var next, var replyTo) ->
                this.<RegisterCommand.SwapAnswer>call(
                    new Call<>(host, replyTo),
                    to -> new RegisterCommand.CompareAndSwap(uuid, expected, next, to));
            case RegisterCommand.GetOwnership(var uuid, var replyTo) ->
                this.<RegisterCommand.OwnershipAnswer>call(
                    new Call<>(host, replyTo), to -> new RegisterCommand.GetOwnership(uuid, to));
            case RegisterCommand.ListOwnerships(var replyTo) ->
                this.<RegisterCommand.ListAnswer>call(
                    new Call<>(host, replyTo), RegisterCommand.ListOwnerships::new);
            case RegisterCommand.AnnounceHost(var record, var replyTo) ->
                this.<RegisterCommand.AnnouncementAnswer>call(
                    new Call<>(host, replyTo), to -> new RegisterCommand.AnnounceHost(record, to));
            case RegisterCommand.ListHosts(var replyTo) ->
                this.<RegisterCommand.HostsAnswer>call(
                    new Call<>(host, replyTo), RegisterCommand.ListHosts::new);
            case RegisterCommand.ClaimFormation(var expected, var former, var replyTo) ->
                this.<RegisterCommand.FormationAnswer>call(
                    new Call<>(host, replyTo),
                    to -> new RegisterCommand.ClaimFormation(expected, former, to));
            case RegisterCommand.WatchOwnerships(var watcher) -> {
              Watching watching = new Watching(host, watcher);
              watches.add(watching);
              if (power.isOn()) {
                follow(watching);
              }
            }
            case RegisterCommand.WatcherEnded _ -> {}
          }
          return Behaviors.same();
        });
  }

  private <A> void call(Call<A> call, Function<ActorRef<A>, RegisterCommand> command) {
    calls.add(call);
    simulation.schedule(CALL_LIMIT, () -> unreachable(call, "no answer"));
    Power asked = power;
    later(
        () -> {
          if (!power.isOn()) {
            unreachable(call, "connection refused");
          } else if (call.host.isOn() && asked == power) {
            deliver(call, command);
          }
        });
  }

  private <A> void deliver(Call<A> call, Function<ActorRef<A>, RegisterCommand> command) {
    Power asked = power;
    Behavior<A> relay =
        Behaviors.receiveMessage(
            answer -> {
              if (answer instanceof RegisterCommand.Swapped) {
                reached.accept(CrashPoint.REGISTER_AFTER_SWAP);
              }
              if (asked.isOn()) {
                later(() -> answerIfConnected(asked, call, answer));
              }
              return Behaviors.stopped();
            });
    RegisterCommand asking = command.apply(spawn(relay));
    if (asking instanceof RegisterCommand.CompareAndSwap) {
      reached.accept(CrashPoint.REGISTER_BEFORE_SWAP);
    }
    if (asked.isOn()) {
      system.tell(asking);
    }
  }

  private <A> void answerIfConnected(Power asked, Call<A> call, A answer) {
    if (asked.isOn()) {
      call.answer(answer);
    }
  }

  private void follow(Watching watching) {
    Power followed = power;
    Pipe<OwnershipChange> pipe =
        new Pipe<>(
            simulation,
            random,
            change -> {
              if (followed.isOn() && watching.host().isOn()) {
                watching.watcher().tell(change);
              }
            });
    Behavior<OwnershipChange> relay =
        Behaviors.receiveMessage(
            change -> {
              pipe.send(change, 0);
              return Behaviors.same();
            });
    system.tell(new RegisterCommand.WatchOwnerships(spawn(relay)));
  }

  private <A> ActorRef<A> spawn(Behavior<A> behavior) {
    return system.systemActorOf(behavior, "relay-" + ++actors, Props.empty());
  }

  private void later(Runnable task) {
    simulation.schedule(Duration.ofNanos(random.nextLong(500_000)), task);
  }
}
