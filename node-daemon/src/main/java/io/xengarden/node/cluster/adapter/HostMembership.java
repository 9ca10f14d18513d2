package io.xengarden.node.cluster.adapter;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.cluster.DirectoryCommand;
import io.xengarden.node.cluster.DirectoryCommand.MembershipChanged;
import io.xengarden.node.cluster.MembershipEvent;
import io.xengarden.node.ownership.OwnershipCommand;
import io.xengarden.node.ownership.OwnershipCommand.Join;
import io.xengarden.node.ownership.OwnershipCommand.Joined;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * How a host enters its cluster: it binds its membership node, announces itself under the addresses
 * it has, clears what its earlier incarnations left, and only then joins.
 */
public final class HostMembership implements AutoCloseable {
  /** How long the array may keep a starting host waiting. */
  public static final Duration JOIN_LIMIT = Duration.ofSeconds(30);

  private final AkkaMembership membership;

  /**
   * @param system of the host
   * @param cluster names the cluster among others on the same machine
   */
  public record Entrance(ActorSystem<?> system, String host, String cluster) {}

  /** The host's own actors. */
  public record Parts(
      ActorRef<RegisterCommand> register,
      ActorRef<DirectoryCommand> directory,
      ActorRef<OwnershipCommand> ownership) {}

  private HostMembership(AkkaMembership membership) {
    this.membership = membership;
  }

  /**
   * Returns when the array has taken the host in.
   *
   * @param grpc where the host serves
   * @throws TimeoutException when the array has not answered within {@link #JOIN_LIMIT}
   */
  public static HostMembership enter(Entrance entrance, Parts parts, String grpc)
      throws TimeoutException, InterruptedException {
    ActorRef<MembershipEvent> events =
        entrance
            .system()
            .systemActorOf(
                Behaviors.receiveMessage(
                    event -> {
                      parts.directory().tell(new MembershipChanged(event));
                      return Behaviors.same();
                    }),
                "membership-events",
                Props.empty());
    AkkaMembership membership =
        AkkaMembership.bind(
            new AkkaMembership.Name(entrance.host(), entrance.cluster()), parts.register(), events);
    CompletableFuture<Joined> joined = new CompletableFuture<>();
    ActorRef<Joined> answer =
        entrance
            .system()
            .systemActorOf(
                OneReply.<Joined>create(
                    JOIN_LIMIT,
                    joined::complete,
                    () -> joined.completeExceptionally(new TimeoutException())),
                "joining",
                Props.empty());
    parts.ownership().tell(new Join(new HostRecord.Addresses(grpc, membership.address()), answer));
    try {
      joined.get();
    } catch (ExecutionException overdue) {
      membership.close();
      throw new TimeoutException(
          "the array did not take this host in within " + JOIN_LIMIT.toSeconds() + " seconds");
    }
    membership.join();
    return new HostMembership(membership);
  }

  /** Leaves, so that the others need not find out. */
  @Override
  public void close() {
    membership.close();
  }
}
