package io.xengarden.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.AnnounceHost;
import io.xengarden.node.array.RegisterCommand.Announced;
import io.xengarden.node.array.RegisterCommand.CompareAndSwap;
import io.xengarden.node.array.RegisterCommand.Conflict;
import io.xengarden.node.array.RegisterCommand.FormationClaimed;
import io.xengarden.node.array.RegisterCommand.OwnershipChange;
import io.xengarden.node.array.RegisterCommand.OwnershipFound;
import io.xengarden.node.array.RegisterCommand.Ownerships;
import io.xengarden.node.array.RegisterCommand.SwapAnswer;
import io.xengarden.node.array.RegisterCommand.Swapped;
import io.xengarden.node.array.RegisterCommand.Unreachable;
import io.xengarden.node.array.adapter.ArrayChannel;
import io.xengarden.node.array.adapter.RegisterProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who stands for the register in a host, against a real array. */
class RegisterProxyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final UUID WEB = new UUID(1, 1);

  @TempDir Path dir;
  private final ActorTestKit kit =
      ActorTestKit.create(ConfigFactory.parseString("akka.log-dead-letters = off"));
  private ArrayMain array;
  private String port;
  private ArrayChannel channel;
  private ActorRef<RegisterCommand> proxy;

  @BeforeEach
  void start() throws Exception {
    array = ArrayMain.start(ArrayMain.Options.parse("--dir", dir.toString()));
    port = array.address().substring(array.address().lastIndexOf(':') + 1);
    channel = ArrayChannel.open(NodeOptions.address(array.address()));
    proxy = kit.spawn(RegisterProxy.create(channel.channel()));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    channel.close();
    array.stop();
  }

  private void restart() throws Exception {
    array =
        ArrayMain.start(
            ArrayMain.Options.parse("--dir", dir.toString(), "--grpc-port", port, "--same-port"));
  }

  private SwapAnswer swap(long expected, Optional<Ownership> next) {
    TestProbe<SwapAnswer> probe = kit.createTestProbe();
    proxy.tell(new CompareAndSwap(WEB, expected, next, probe.ref()));
    return probe.receiveMessage(PATIENCE);
  }

  private static Ownership owner(String host, long epoch) {
    return new Ownership(
        WEB, host, 3, epoch, "attempt", new Ownership.Description("web", 65536, 2));
  }

  @Test
  void everyCommandIsAnsweredAsTheRegisterWould() {
    assertThat(swap(0, Optional.of(owner("host1", 0))))
        .isEqualTo(new Swapped(Optional.of(owner("host1", 1))));
    assertThat(swap(0, Optional.of(owner("host2", 0))))
        .isEqualTo(new Conflict(Optional.of(owner("host1", 1))));
    TestProbe<Object> probe = kit.createTestProbe();
    proxy.tell(new RegisterCommand.GetOwnership(WEB, probe.ref().narrow()));
    assertThat(probe.receiveMessage(PATIENCE))
        .isEqualTo(new OwnershipFound(Optional.of(owner("host1", 1))));
    proxy.tell(new RegisterCommand.ListOwnerships(probe.ref().narrow()));
    assertThat(((Ownerships) probe.receiveMessage(PATIENCE)).ownerships())
        .containsExactly(owner("host1", 1));
    HostRecord host =
        new HostRecord(
            "host1",
            0,
            "p",
            new HostRecord.Addresses("127.0.0.1:1", "akka://m@127.0.0.1:2"),
            new HostRecord.Machine(8, 16384));
    proxy.tell(new AnnounceHost(host, probe.ref().narrow()));
    assertThat(probe.receiveMessage(PATIENCE)).isEqualTo(new Announced(host.withIncarnation(1)));
    proxy.tell(new RegisterCommand.ClaimFormation("", "host1", probe.ref().narrow()));
    assertThat(probe.receiveMessage(PATIENCE)).isEqualTo(new FormationClaimed("host1"));
    proxy.tell(new RegisterCommand.ListHosts(probe.ref().narrow()));
    RegisterCommand.Hosts hosts = (RegisterCommand.Hosts) probe.receiveMessage(PATIENCE);
    assertThat(hosts.hosts()).containsExactly(host.withIncarnation(1));
    assertThat(hosts.former()).isEqualTo("host1");
    assertThat(swap(1, Optional.empty())).isEqualTo(new Swapped(Optional.empty()));
  }

  @Test
  void anArrayThatIsAwayIsSaidToBeAndIsFoundAtOnceWhenItIsBack() throws Exception {
    swap(0, Optional.of(owner("host1", 0)));
    array.stop();
    assertThat(swap(1, Optional.of(owner("host2", 0))))
        .isEqualTo(new Unreachable("it does not answer"));
    assertThat(swap(1, Optional.of(owner("host2", 0)))).isInstanceOf(Unreachable.class);
    restart();
    assertThat(swap(1, Optional.of(owner("host2", 0))))
        .as("the first call after its return")
        .isEqualTo(new Swapped(Optional.of(owner("host2", 2))));
  }

  @Test
  void aWatchSurvivesTheArray() throws Exception {
    TestProbe<OwnershipChange> watcher = kit.createTestProbe();
    proxy.tell(new RegisterCommand.WatchOwnerships(watcher.ref()));
    expect(watcher, new OwnershipChange.Restarted());
    expect(watcher, new OwnershipChange.CaughtUp());
    swap(0, Optional.of(owner("host1", 0)));
    expect(watcher, new OwnershipChange.Put(owner("host1", 1)));
    array.stop();
    expect(watcher, new OwnershipChange.Disconnected());
    restart();
    OwnershipChange next = watcher.receiveMessage(PATIENCE);
    while (next.equals(new OwnershipChange.Disconnected())) {
      next = watcher.receiveMessage(PATIENCE);
    }
    assertThat(next).isEqualTo(new OwnershipChange.Restarted());
    expect(watcher, new OwnershipChange.Put(owner("host1", 1)));
    expect(watcher, new OwnershipChange.CaughtUp());
    swap(1, Optional.empty());
    expect(watcher, new OwnershipChange.Removed(WEB));
  }

  private static void expect(TestProbe<OwnershipChange> watcher, OwnershipChange change) {
    assertThat(watcher.receiveMessage(PATIENCE)).isEqualTo(change);
  }
}
