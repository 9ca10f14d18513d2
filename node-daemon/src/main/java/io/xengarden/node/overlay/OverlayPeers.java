package io.xengarden.node.overlay;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.network.BridgesCommand;
import io.xengarden.network.BridgesCommand.SetPeers;
import io.xengarden.node.cluster.ClusterView;
import io.xengarden.node.cluster.DirectoryCommand;
import io.xengarden.node.cluster.DirectoryCommand.GetView;
import io.xengarden.node.cluster.HostState;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps bridges and link in step with the directory. A host that is unreachable stays a peer: its
 * frames, and those for it, decide for themselves whether they arrive.
 */
public final class OverlayPeers extends AbstractOnMessageBehavior<OverlayPeers.Command> {
  /** How often the directory is asked. */
  static final Duration PERIOD = Duration.ofSeconds(1);

  private final String self;
  private final ActorRef<DirectoryCommand> directory;
  private final ActorRef<BridgesCommand> bridges;
  private final PeerLink link;
  private final ActorRef<ClusterView> views;
  private SortedMap<String, String> peers = new TreeMap<>();

  /** What it hears. */
  public sealed interface Command {}

  private enum Look implements Command {
    LOOK
  }

  private record Seen(ClusterView view) implements Command {}

  public static Behavior<Command> create(
      String self,
      ActorRef<DirectoryCommand> directory,
      ActorRef<BridgesCommand> bridges,
      PeerLink link) {
    return Behaviors.withTimers(
        timers -> {
          timers.startTimerWithFixedDelay(Look.LOOK, PERIOD);
          return Behaviors.setup(
              context -> new OverlayPeers(context, self, directory, new Sinks(bridges, link)));
        });
  }

  private record Sinks(ActorRef<BridgesCommand> bridges, PeerLink link) {}

  private OverlayPeers(
      ActorContext<Command> context,
      String self,
      ActorRef<DirectoryCommand> directory,
      Sinks sinks) {
    super(context);
    this.self = self;
    this.directory = directory;
    this.bridges = sinks.bridges();
    this.link = sinks.link();
    this.views = context.messageAdapter(ClusterView.class, Seen::new);
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Look _ -> directory.tell(new GetView(views));
      case Seen(var view) -> onView(view);
    }
    return this;
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private void onView(ClusterView view) {
    SortedMap<String, String> now = new TreeMap<>();
    for (ClusterView.HostView host : view.hosts()) {
      boolean other = !host.record().name().equals(self);
      if (other && host.state() != HostState.DOWN) {
        now.put(host.record().name(), host.record().addresses().grpc());
      }
    }
    if (!now.equals(peers)) {
      peers = now;
      link.setPeers(now);
      bridges.tell(new SetPeers(List.copyOf(now.keySet())));
    }
  }
}
