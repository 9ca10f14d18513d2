package io.xengarden.node.cluster.adapter;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.cluster.MembershipEvent;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This host's membership node. When it ends by itself (downed as a minority, or cut off), it is
 * made again on the same port and rejoins; the host and its domains do not notice.
 */
public final class AkkaMembership implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AkkaMembership.class);

  private final Name name;
  private final ActorRef<RegisterCommand> register;
  private final ActorRef<MembershipEvent> listener;
  private ActorSystem<MembershipNode.Message> system;
  private boolean closed;

  /**
   * @param cluster part of the addresses of its members, so that nodes of another cluster that come
   *     to have their ports are never taken for them
   */
  public record Name(String host, String cluster) {}

  private AkkaMembership(
      Name name, ActorRef<RegisterCommand> register, ActorRef<MembershipEvent> listener) {
    this.name = name;
    this.register = register;
    this.listener = listener;
    this.system = start(0);
  }

  /** Binds a port on loopback; joins nothing before {@link #join}. */
  public static AkkaMembership bind(
      Name name, ActorRef<RegisterCommand> register, ActorRef<MembershipEvent> listener) {
    return new AkkaMembership(name, register, listener);
  }

  /** The address to announce. */
  public synchronized String address() {
    return Cluster.get(system).selfMember().address().toString();
  }

  /** Joins the hosts that the register lists; this host must have announced itself. */
  public synchronized void join() {
    system.tell(new MembershipNode.Join());
  }

  /** Leaves, so that the others need not find out. */
  @Override
  public void close() {
    ActorSystem<MembershipNode.Message> last;
    synchronized (this) {
      closed = true;
      last = system;
    }
    last.tell(new MembershipNode.Leaving());
  }

  private ActorSystem<MembershipNode.Message> start(int port) {
    Config config =
        ConfigFactory.parseMap(Map.of("akka.remote.artery.canonical.port", port))
            .withFallback(ConfigFactory.load("membership"));
    ActorSystem<MembershipNode.Message> started =
        ActorSystem.create(
            MembershipNode.create(name.host(), register, listener),
            "membership-" + name.cluster(),
            config);
    int bound = Cluster.get(started).selfMember().address().getPort().orElseThrow();
    started.getWhenTerminated().thenRun(() -> onEnded(bound));
    return started;
  }

  private synchronized void onEnded(int port) {
    listener.tell(new MembershipEvent.Alone());
    if (closed) {
      return;
    }
    LOG.info("membership ended; joining again");
    system = start(port);
    system.tell(new MembershipNode.Join());
  }
}
