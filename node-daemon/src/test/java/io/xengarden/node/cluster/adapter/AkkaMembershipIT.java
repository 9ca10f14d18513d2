package io.xengarden.node.cluster.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.MemoryJournal;
import io.xengarden.node.array.Register;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.cluster.ClusterView;
import io.xengarden.node.cluster.Directory;
import io.xengarden.node.cluster.DirectoryCommand;
import io.xengarden.node.cluster.HostState;
import io.xengarden.node.cluster.MembershipEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real Akka Cluster nodes on loopback, one register. */
class AkkaMembershipIT {
  private final ActorTestKit kit =
      ActorTestKit.create(
          ConfigFactory.parseString(
              """
              akka.log-dead-letters = off
              akka.actor.testkit.typed.single-expect-default = 30s
              """));
  private final ActorRef<RegisterCommand> register =
      kit.spawn(Register.create(new MemoryJournal()));
  private final List<Host> hosts = new ArrayList<>();

  @AfterEach
  void stop() {
    hosts.forEach(host -> host.membership().close());
    kit.shutdownTestKit();
  }

  @Test
  void threeHostsFindOneAnotherAndOneThatLeavesIsDownForTheOthers() {
    Host one = start("host1");
    Host two = start("host2");
    Host three = start("host3");

    awaitStates(one, HostState.UP, HostState.UP, HostState.UP);
    awaitStates(two, HostState.UP, HostState.UP, HostState.UP);
    awaitStates(three, HostState.UP, HostState.UP, HostState.UP);

    two.membership().close();

    awaitStates(one, HostState.UP, HostState.DOWN, HostState.UP);
    awaitStates(three, HostState.UP, HostState.DOWN, HostState.UP);
  }

  /** The first host may form the cluster; when it is gone for good the next must still work. */
  @Test
  void theOneWhoMayFormTheClusterIsReplacedWhenItIsGone() {
    Host one = start("host1");
    Host two = start("host2");
    awaitStates(two, HostState.UP, HostState.UP);
    one.membership().close();
    awaitStates(two, HostState.DOWN, HostState.UP);

    await("host2 takes the former's place")
        .atMost(Duration.ofSeconds(60))
        .until(() -> former().equals("host2"));

    Host three = start("host3");
    awaitStates(three, HostState.DOWN, HostState.UP, HostState.UP);
  }

  private Host start(String name) {
    ActorRef<DirectoryCommand> directory =
        kit.spawn(Directory.create(new Directory.Self(name, "process of " + name), register));
    ActorRef<MembershipEvent> listener =
        kit.spawn(
            akka.actor.typed.javadsl.Behaviors.receiveMessage(
                event -> {
                  directory.tell(new DirectoryCommand.MembershipChanged(event));
                  return akka.actor.typed.javadsl.Behaviors.same();
                }));
    AkkaMembership membership =
        AkkaMembership.bind(new AkkaMembership.Name(name, "test"), register, listener);
    TestProbe<RegisterCommand.AnnouncementAnswer> announced = kit.createTestProbe();
    register.tell(
        new RegisterCommand.AnnounceHost(
            new HostRecord(
                name,
                0,
                "process of " + name,
                new HostRecord.Addresses("127.0.0.1:1", membership.address()),
                new HostRecord.Machine(8, 16384)),
            announced.ref()));
    announced.receiveMessage();
    membership.join();
    Host host = new Host(membership, directory);
    hosts.add(host);
    return host;
  }

  private void awaitStates(Host host, HostState... expected) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(view(host).hosts())
                    .extracting(ClusterView.HostView::state)
                    .containsExactly(expected));
  }

  private ClusterView view(Host host) {
    TestProbe<ClusterView> probe = kit.createTestProbe();
    host.directory().tell(new DirectoryCommand.GetView(probe.ref()));
    return probe.receiveMessage();
  }

  private String former() {
    TestProbe<RegisterCommand.HostsAnswer> probe = kit.createTestProbe();
    register.tell(new RegisterCommand.ListHosts(probe.ref()));
    return ((RegisterCommand.Hosts) probe.receiveMessage()).former();
  }

  private record Host(AkkaMembership membership, ActorRef<DirectoryCommand> directory) {}
}
