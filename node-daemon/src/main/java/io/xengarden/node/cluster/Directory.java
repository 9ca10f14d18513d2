package io.xengarden.node.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.HostsAnswer;
import io.xengarden.node.array.RegisterCommand.OwnershipChange;
import io.xengarden.node.cluster.ClusterView.HostView;
import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The directory of hosts and domains: the register joined with membership. Every host keeps its own
 * and any of them may be asked; none of them decides anything by it.
 */
public final class Directory extends AbstractOnMessageBehavior<DirectoryCommand> {
  /** A host that announced itself and has not changed membership is seen at the latest then. */
  private static final Duration REFRESH_EVERY = Duration.ofSeconds(2);

  private final Self self;
  private final ActorRef<RegisterCommand> register;
  private final ActorRef<HostsAnswer> hostsAnswers;
  private final SequencedMap<UUID, Ownership> ownerships = new TreeMap<>();
  private final SequencedMap<String, HostState> members = new TreeMap<>();
  private List<HostRecord> hosts = List.of();
  private boolean registerReachable;

  private Directory(
      ActorContext<DirectoryCommand> context,
      TimerScheduler<DirectoryCommand> timers,
      Self self,
      ActorRef<RegisterCommand> register) {
    super(context);
    this.self = self;
    this.register = register;
    this.hostsAnswers =
        context.messageAdapter(HostsAnswer.class, DirectoryCommand.HostsListed::new);
    register.tell(
        new RegisterCommand.WatchOwnerships(
            context.messageAdapter(OwnershipChange.class, DirectoryCommand.OwnershipChanged::new)));
    refreshHosts();
    timers.startTimerWithFixedDelay(new DirectoryCommand.RefreshHosts(), REFRESH_EVERY);
  }

  /**
   * The host whose directory it is: Up in its own eyes, whatever membership says.
   *
   * @param process the token under which it announces itself
   */
  public record Self(String name, String process) {}

  public static Behavior<DirectoryCommand> create(Self self, ActorRef<RegisterCommand> register) {
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new Directory(context, timers, self, register)));
  }

  @Override
  public Behavior<DirectoryCommand> onMessage(DirectoryCommand message) {
    switch (message) {
      case DirectoryCommand.GetView(var replyTo) -> replyTo.tell(view());
      case DirectoryCommand.MembershipChanged(var event) -> onMembership(event);
      case DirectoryCommand.OwnershipChanged(var change) -> onOwnership(change);
      case DirectoryCommand.HostsListed(var answer) -> onHosts(answer);
      case DirectoryCommand.RefreshHosts() -> refreshHosts();
    }
    return this;
  }

  @Override
  public Behavior<DirectoryCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private void onMembership(MembershipEvent event) {
    switch (event) {
      case MembershipEvent.MemberUp(var address) -> members.put(address, HostState.UP);
      case MembershipEvent.MemberUnreachable(var address) ->
          members.put(address, HostState.UNREACHABLE);
      case MembershipEvent.MemberGone(var address) -> members.remove(address);
      case MembershipEvent.Alone() -> members.clear();
    }
    refreshHosts();
  }

  private void onOwnership(OwnershipChange change) {
    switch (change) {
      case OwnershipChange.Restarted() -> ownerships.clear();
      case OwnershipChange.Put(var ownership) -> onPut(ownership);
      case OwnershipChange.Removed(var uuid) -> ownerships.remove(uuid);
      case OwnershipChange.CaughtUp() -> registerReachable = true;
      case OwnershipChange.Disconnected() -> registerReachable = false;
    }
  }

  private void onPut(Ownership ownership) {
    ownerships.put(ownership.uuid(), ownership);
    boolean ownerIsKnown =
        hosts.stream()
            .anyMatch(
                host ->
                    host.name().equals(ownership.owner())
                        && host.incarnation() == ownership.incarnation());
    if (!ownerIsKnown) {
      refreshHosts(); // it announced itself since
    }
  }

  private void onHosts(HostsAnswer answer) {
    if (answer instanceof RegisterCommand.Hosts(var listed, var _)) {
      hosts = listed;
    } // else: what was last known stands
  }

  private void refreshHosts() {
    register.tell(new RegisterCommand.ListHosts(hostsAnswers));
  }

  private ClusterView view() {
    return new ClusterView(
        hosts.stream().map(host -> new HostView(host, state(host))).toList(),
        List.copyOf(ownerships.values()),
        registerReachable);
  }

  private HostState state(HostRecord host) {
    boolean isSelf = host.name().equals(self.name()) && host.process().equals(self.process());
    return isSelf
        ? HostState.UP
        : members.getOrDefault(host.addresses().membership(), HostState.DOWN);
  }
}
