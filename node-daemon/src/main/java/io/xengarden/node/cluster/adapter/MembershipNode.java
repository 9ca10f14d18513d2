package io.xengarden.node.cluster.adapter;

import akka.actor.Address;
import akka.actor.AddressFromURIString;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.Leave;
import akka.cluster.typed.Subscribe;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.FormationAnswer;
import io.xengarden.node.array.RegisterCommand.HostsAnswer;
import io.xengarden.node.cluster.MembershipEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The guardian of a membership node: joins, and reports who is there.
 *
 * <p>Every host is a seed. Only the one that the register names may form a cluster alone; when that
 * one is no member, the oldest member takes its place in the register, so that the name always
 * leads into the cluster that lives. A host that nobody lets in claims the name by
 * compare-and-swap.
 */
final class MembershipNode extends AbstractOnMessageBehavior<MembershipNode.Message> {
  /** Longer than a join takes when anybody is there. */
  private static final Duration NOBODY_ANSWERS_AFTER = Duration.ofSeconds(8);

  /** How long the others may take to let this host go. */
  private static final Duration LEAVE_LIMIT = Duration.ofSeconds(3);

  private static final Duration RETRY_AFTER = Duration.ofMillis(500);
  private static final Duration FORMER_CHECK_EVERY = Duration.ofSeconds(5);

  sealed interface Message {}

  record Join() implements Message {}

  record Leaving() implements Message {}

  /** Leaving takes too long, or there was nothing to leave. */
  private record LeftBehind() implements Message {}

  private record Listed(HostsAnswer answer, Purpose purpose) implements Message {}

  private record Claimed(FormationAnswer answer) implements Message {}

  private record NobodyAnswered() implements Message {}

  private record CheckFormer() implements Message {}

  private record MemberChanged(ClusterEvent.MemberEvent event) implements Message {}

  private record ReachabilityChanged(ClusterEvent.ReachabilityEvent event) implements Message {}

  private enum Purpose {
    JOIN,
    TAKE_OVER,
    CHECK_FORMER
  }

  private final TimerScheduler<Message> timers;
  private final String host;
  private final ActorRef<RegisterCommand> register;
  private final ActorRef<MembershipEvent> listener;
  private final Cluster cluster;

  private MembershipNode(
      ActorContext<Message> context, TimerScheduler<Message> timers, Parties parties) {
    super(context);
    this.timers = timers;
    this.host = parties.host();
    this.register = parties.register();
    this.listener = parties.listener();
    this.cluster = Cluster.get(context.getSystem());
    cluster
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(ClusterEvent.MemberEvent.class, MemberChanged::new),
                ClusterEvent.MemberEvent.class));
    cluster
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(
                    ClusterEvent.ReachabilityEvent.class, ReachabilityChanged::new),
                ClusterEvent.ReachabilityEvent.class));
    timers.startTimerWithFixedDelay(new CheckFormer(), FORMER_CHECK_EVERY);
  }

  private record Parties(
      String host, ActorRef<RegisterCommand> register, ActorRef<MembershipEvent> listener) {}

  static Behavior<Message> create(
      String host, ActorRef<RegisterCommand> register, ActorRef<MembershipEvent> listener) {
    Parties parties = new Parties(host, register, listener);
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new MembershipNode(context, timers, parties)));
  }

  @Override
  public Behavior<Message> onMessage(Message message) {
    switch (message) {
      case Join() -> list(Purpose.JOIN);
      case Leaving() -> leave();
      case LeftBehind() -> getContext().getSystem().terminate();
      case Listed(var answer, var purpose) -> onListed(answer, purpose);
      case Claimed(var _) -> list(Purpose.JOIN);
      case NobodyAnswered() -> list(Purpose.TAKE_OVER);
      case CheckFormer() -> onCheckFormer();
      case MemberChanged(var event) -> onMember(event);
      case ReachabilityChanged(var event) -> onReachability(event);
    }
    return this;
  }

  @Override
  public Behavior<Message> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  /** The node's system ends when the others have let it go. */
  private void leave() {
    cluster.manager().tell(new Leave(cluster.selfMember().address()));
    timers.startSingleTimer(new LeftBehind(), isMember() ? LEAVE_LIMIT : Duration.ZERO);
  }

  private void list(Purpose purpose) {
    register.tell(
        new RegisterCommand.ListHosts(
            getContext().messageAdapter(HostsAnswer.class, answer -> new Listed(answer, purpose))));
  }

  private void claim(String expected) {
    register.tell(
        new RegisterCommand.ClaimFormation(
            expected, host, getContext().messageAdapter(FormationAnswer.class, Claimed::new)));
  }

  private void onListed(HostsAnswer answer, Purpose purpose) {
    switch (answer) {
      case RegisterCommand.Unreachable(var why) -> {
        getContext().getLog().debug("the register does not answer: {}", why);
        if (purpose != Purpose.CHECK_FORMER) {
          timers.startSingleTimer(new Join(), RETRY_AFTER);
        }
      }
      case RegisterCommand.Hosts(var hosts, var former) -> {
        switch (purpose) {
          case JOIN -> join(hosts, former);
          case TAKE_OVER -> takeOver(former);
          case CHECK_FORMER -> checkFormer(hosts, former);
        }
      }
    }
  }

  private void join(List<HostRecord> hosts, String former) {
    if (isMember()) {
      return;
    }
    if (former.isEmpty()) {
      claim("");
      return;
    }
    List<Address> seeds = new ArrayList<>();
    if (former.equals(host)) {
      seeds.add(cluster.selfMember().address()); // first: may form the cluster alone
    }
    hosts.stream()
        .filter(record -> !record.name().equals(host) && !record.addresses().membership().isEmpty())
        .map(record -> AddressFromURIString.parse(record.addresses().membership()))
        .filter(address -> address.system().equals(cluster.selfMember().address().system()))
        .forEach(seeds::add);
    if (seeds.isEmpty()) {
      timers.startSingleTimer(new Join(), RETRY_AFTER); // the former has not announced itself yet
      return;
    }
    cluster.manager().tell(new JoinSeedNodes(seeds));
    timers.startSingleTimer(new NobodyAnswered(), NOBODY_ANSWERS_AFTER);
  }

  /** Nobody let this host in: take the former's place, or look again at who has. */
  private void takeOver(String former) {
    if (isMember()) {
      return;
    }
    if (former.equals(host)) {
      list(Purpose.JOIN);
    } else {
      claim(former);
    }
  }

  private void onCheckFormer() {
    if (isMember() && isOldest()) {
      list(Purpose.CHECK_FORMER);
    }
  }

  private void checkFormer(List<HostRecord> hosts, String former) {
    boolean formerIsMember =
        hosts.stream()
            .filter(record -> record.name().equals(former))
            .anyMatch(record -> isMember(record.addresses().membership()));
    if (!formerIsMember && isMember() && isOldest()) {
      claim(former);
    }
  }

  private boolean isMember() {
    return cluster.selfMember().status() == MemberStatus.up();
  }

  private boolean isMember(String address) {
    for (Member member : cluster.state().getMembers()) {
      if (member.address().toString().equals(address)) {
        return true;
      }
    }
    return false;
  }

  private boolean isOldest() {
    for (Member member : cluster.state().getMembers()) {
      if (member.status() == MemberStatus.up() && member.isOlderThan(cluster.selfMember())) {
        return false;
      }
    }
    return true;
  }

  private void onMember(ClusterEvent.MemberEvent event) {
    String address = event.member().address().toString();
    switch (event) {
      case ClusterEvent.MemberUp _ -> listener.tell(new MembershipEvent.MemberUp(address));
      case ClusterEvent.MemberRemoved _ -> listener.tell(new MembershipEvent.MemberGone(address));
      case ClusterEvent.MemberDowned _ -> listener.tell(new MembershipEvent.MemberGone(address));
      default -> {} // joining, leaving, exited: on the way to one of the above
    }
  }

  private void onReachability(ClusterEvent.ReachabilityEvent event) {
    String address = event.member().address().toString();
    switch (event) {
      case ClusterEvent.UnreachableMember _ ->
          listener.tell(new MembershipEvent.MemberUnreachable(address));
      case ClusterEvent.ReachableMember _ -> listener.tell(new MembershipEvent.MemberUp(address));
      default -> {}
    }
  }
}
