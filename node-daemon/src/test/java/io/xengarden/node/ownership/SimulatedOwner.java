package io.xengarden.node.ownership;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.sim.SimulatedLink;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.cluster.ClusterView;
import io.xengarden.node.cluster.Directory;
import io.xengarden.node.cluster.DirectoryCommand;
import io.xengarden.node.cluster.DirectoryCommand.GetView;
import io.xengarden.node.cluster.DirectoryCommand.MembershipChanged;
import io.xengarden.node.cluster.MembershipEvent;
import io.xengarden.node.ownership.OwnershipCommand.Claim;
import io.xengarden.node.ownership.OwnershipCommand.ClaimAnswer;
import io.xengarden.node.ownership.OwnershipCommand.Join;
import io.xengarden.node.ownership.OwnershipCommand.Joined;
import io.xengarden.node.ownership.OwnershipCommand.Release;
import io.xengarden.node.ownership.OwnershipCommand.ReleaseAnswer;
import io.xengarden.node.simulated.SimulatedArray;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What one host has to do with the register, without the host. */
final class SimulatedOwner {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Ownership.Description DOMAIN = new Ownership.Description("web", 65536, 1);

  private final Simulation simulation;
  private final String name;
  private final SimulatedLink link;
  private final ActorSystem<Void> system;
  private final List<Ownership> lost = new ArrayList<>();
  private ActorRef<DirectoryCommand> directory;
  private ActorRef<OwnershipCommand> ownerships;
  private Optional<HostRecord> joined = Optional.empty();
  private int asked;

  /**
   * @param life tells one process of a host from the next
   */
  SimulatedOwner(Simulation simulation, SimulatedArray array, String name, int life) {
    this.simulation = simulation;
    this.name = name;
    this.link = array.link(name + "." + life);
    String process = name + " of life " + life;
    this.system =
        simulation.createSystem(
            Behaviors.setup(
                context -> {
                  ActorRef<RegisterCommand> register = context.spawn(link.behavior(), "register");
                  directory =
                      context.spawn(
                          Directory.create(new Directory.Self(name, process), register),
                          "directory");
                  ownerships =
                      context.spawn(
                          Ownerships.create(
                              new Ownerships.Environment(
                                  new Ownerships.Self(
                                      name, process, new HostRecord.Machine(4, 2048)),
                                  register,
                                  directory,
                                  simulation.random(process),
                                  lost::add)),
                          "ownership");
                  return Behaviors.empty();
                }),
            name + "-" + life);
    await("the actors", () -> ownerships != null);
  }

  String name() {
    return name;
  }

  SimulatedLink link() {
    return link;
  }

  /** Records that this host was told it has lost. */
  List<Ownership> lost() {
    return lost;
  }

  void beginToJoin() {
    this.<Joined>tellBack(
        replyTo -> new Join(new HostRecord.Addresses("", "sim://" + name), replyTo),
        answer -> joined = Optional.of(answer.self()));
  }

  Optional<HostRecord> joined() {
    return joined;
  }

  SimulatedOwner join() {
    beginToJoin();
    await(name + " joins", () -> joined.isPresent());
    return this;
  }

  void claim(UUID uuid, Consumer<ClaimAnswer> then) {
    this.<ClaimAnswer>tellBack(replyTo -> new Claim(uuid, DOMAIN, replyTo), then);
  }

  ClaimAnswer claim(UUID uuid) {
    return this.<ClaimAnswer>ask(replyTo -> new Claim(uuid, DOMAIN, replyTo));
  }

  void release(Ownership held, Consumer<ReleaseAnswer> then) {
    this.<ReleaseAnswer>tellBack(replyTo -> new Release(held, replyTo), then);
  }

  OwnershipCommand.ForgetAnswer forget(UUID uuid) {
    return this.<OwnershipCommand.ForgetAnswer>ask(
        replyTo -> new OwnershipCommand.Forget(uuid, replyTo));
  }

  ClusterView view() {
    List<ClusterView> views = new ArrayList<>();
    directory.tell(new GetView(reply(views::add)));
    await("a view", () -> !views.isEmpty());
    return views.getFirst();
  }

  void sees(MembershipEvent event) {
    directory.tell(new MembershipChanged(event));
  }

  /** The process is gone; so is what it was about to say. */
  void kill() {
    link.cut();
    system.terminate();
  }

  private <A> A ask(java.util.function.Function<ActorRef<A>, OwnershipCommand> question) {
    List<A> answers = new ArrayList<>();
    this.<A>tellBack(question, answers::add);
    await("an answer", () -> !answers.isEmpty());
    return answers.getFirst();
  }

  private <A> void tellBack(
      java.util.function.Function<ActorRef<A>, OwnershipCommand> question, Consumer<A> then) {
    ownerships.tell(question.apply(this.<A>reply(then)));
  }

  private <A> ActorRef<A> reply(Consumer<A> then) {
    return system.systemActorOf(
        OneReply.<A>create(
            PATIENCE,
            then,
            () -> {
              throw new AssertionError("no answer within " + PATIENCE);
            }),
        "reply-" + ++asked,
        Props.empty());
  }

  void await(String what, BooleanSupplier condition) {
    if (!simulation.runUntil(condition, PATIENCE)) {
      throw new AssertionError("not within " + PATIENCE + ": " + what);
    }
  }
}
