package io.xengarden.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.xengarden.node.array.adapter.ArrayChannel;
import io.xengarden.proto.v1.AnnounceHostRequest;
import io.xengarden.proto.v1.ClaimFormationRequest;
import io.xengarden.proto.v1.ClusterRegistryGrpc;
import io.xengarden.proto.v1.CompareAndSwapRequest;
import io.xengarden.proto.v1.CompareAndSwapResponse;
import io.xengarden.proto.v1.GetOwnershipRequest;
import io.xengarden.proto.v1.HostRecord;
import io.xengarden.proto.v1.ListHostsRequest;
import io.xengarden.proto.v1.ListOwnershipsRequest;
import io.xengarden.proto.v1.Ownership;
import io.xengarden.proto.v1.OwnershipChange;
import io.xengarden.proto.v1.OwnershipRegisterGrpc;
import io.xengarden.proto.v1.WatchOwnershipsRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The array as its clients meet it: over a socket, on a real journal. */
class ArrayOverGrpcTest {
  private static final String WEB = new UUID(1, 1).toString();

  @TempDir Path dir;
  private ArrayMain array;
  private boolean running;
  private ArrayChannel channel;

  @BeforeEach
  void start() throws Exception {
    array = ArrayMain.start(ArrayMain.Options.parse("--dir", dir.toString()));
    running = true;
    channel = ArrayChannel.open(NodeOptions.address(array.address()));
  }

  @AfterEach
  void stop() {
    channel.close();
    stopArray();
  }

  private void stopArray() {
    if (running) {
      array.stop();
      running = false;
    }
  }

  /** On the same port, as `host start array` does. */
  private void restart() throws Exception {
    String port = array.address().substring(array.address().lastIndexOf(':') + 1);
    stopArray();
    array =
        ArrayMain.start(
            ArrayMain.Options.parse("--dir", dir.toString(), "--grpc-port", port, "--same-port"));
    running = true;
    channel.channel().resetConnectBackoff();
  }

  private OwnershipRegisterGrpc.OwnershipRegisterBlockingStub register() {
    return OwnershipRegisterGrpc.newBlockingStub(channel.channel())
        .withWaitForReady()
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private ClusterRegistryGrpc.ClusterRegistryBlockingStub registry() {
    return ClusterRegistryGrpc.newBlockingStub(channel.channel())
        .withWaitForReady()
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static Ownership.Builder owner(String host) {
    return Ownership.newBuilder().setUuid(WEB).setOwner(host).setIncarnation(1).setAttempt(host);
  }

  private CompareAndSwapResponse swap(long expected, Ownership next) {
    return register()
        .compareAndSwap(
            CompareAndSwapRequest.newBuilder()
                .setUuid(WEB)
                .setExpectedEpoch(expected)
                .setNext(next)
                .build());
  }

  private CompareAndSwapResponse remove(long expected) {
    return register()
        .compareAndSwap(
            CompareAndSwapRequest.newBuilder().setUuid(WEB).setExpectedEpoch(expected).build());
  }

  private Code codeOf(CompareAndSwapRequest request) {
    return catchThrowableOfType(
            StatusRuntimeException.class, () -> register().compareAndSwap(request))
        .getStatus()
        .getCode();
  }

  @Test
  void eachEpochHasExactlyOneWinner() throws InterruptedException {
    Map<Long, String> winners = new ConcurrentHashMap<>();
    List<String> twice = new ArrayList<>();
    List<Thread> racers = new ArrayList<>();
    for (int racer = 0; racer < 8; racer++) {
      String name = "racer" + racer;
      racers.add(Thread.ofPlatform().start(() -> race(name, winners, twice)));
    }
    for (Thread racer : racers) {
      racer.join();
    }
    assertThat(twice).as("epochs that two have won").isEmpty();
    Ownership last =
        register()
            .getOwnership(GetOwnershipRequest.newBuilder().setUuid(WEB).build())
            .getOwnership();
    assertThat(winners).hasSize((int) last.getEpoch());
    assertThat(last.getOwner()).isEqualTo(winners.get(last.getEpoch()));
  }

  private void race(String name, Map<Long, String> winners, List<String> twice) {
    long epoch = 0;
    for (int round = 0; round < 25; round++) {
      CompareAndSwapResponse answer = swap(epoch, owner(name).build());
      epoch = answer.getCurrent().getEpoch();
      if (answer.getSwapped() && winners.put(epoch, name) != null) {
        synchronized (twice) {
          twice.add(name + " at " + epoch);
        }
      }
    }
  }

  @Test
  void whatStandsInTheWayIsAnswered() {
    Ownership first = swap(0, owner("host1").build()).getCurrent();
    assertThat(first.getEpoch()).isEqualTo(1);
    CompareAndSwapResponse refused = swap(0, owner("host2").build());
    assertThat(refused.getSwapped()).isFalse();
    assertThat(refused.getCurrent()).isEqualTo(first);
    assertThat(remove(7).getCurrent()).isEqualTo(first);
    CompareAndSwapResponse removed = remove(1);
    assertThat(removed.getSwapped()).isTrue();
    assertThat(removed.hasCurrent()).isFalse();
    CompareAndSwapResponse nothing = remove(1);
    assertThat(nothing.getSwapped()).isFalse();
    assertThat(nothing.hasCurrent()).isFalse();
    assertThat(swap(0, owner("host2").build()).getCurrent().getEpoch())
        .as("no epoch is given twice")
        .isEqualTo(2);
  }

  @Test
  void aRestartKeepsAllOfIt() throws Exception {
    swap(0, owner("host1").setName("web").setMemoryKib(65536).setVcpus(2).build());
    swap(1, owner("host2").setName("web").build());
    HostRecord host =
        HostRecord.newBuilder()
            .setName("host1")
            .setProcess("p1")
            .setGrpc("127.0.0.1:7651")
            .setCpus(8)
            .build();
    AnnounceHostRequest announcement = AnnounceHostRequest.newBuilder().setHost(host).build();
    assertThat(registry().announceHost(announcement).getIncarnation()).isEqualTo(1);
    registry().claimFormation(ClaimFormationRequest.newBuilder().setFormer("host1").build());
    var before = register().listOwnerships(ListOwnershipsRequest.getDefaultInstance());
    var hosts = registry().listHosts(ListHostsRequest.getDefaultInstance());
    assertThat(hosts.getFormer()).isEqualTo("host1");

    restart();

    assertThat(register().listOwnerships(ListOwnershipsRequest.getDefaultInstance()))
        .isEqualTo(before);
    assertThat(registry().listHosts(ListHostsRequest.getDefaultInstance())).isEqualTo(hosts);
    assertThat(registry().announceHost(announcement).getIncarnation())
        .as("the same process, announced again")
        .isEqualTo(1);
    assertThat(
            registry()
                .announceHost(
                    AnnounceHostRequest.newBuilder()
                        .setHost(host.toBuilder().setProcess("p2"))
                        .build())
                .getIncarnation())
        .isEqualTo(2);
  }

  @Test
  void aWatchTellsTheWholeRegisterAndThenEachChange() {
    swap(0, owner("host1").build());
    Iterator<OwnershipChange> changes =
        register().watchOwnerships(WatchOwnershipsRequest.getDefaultInstance());
    assertThat(changes.next().getRestarted()).isTrue();
    assertThat(changes.next().getPut().getOwner()).isEqualTo("host1");
    assertThat(changes.next().getCaughtUp()).isTrue();
    swap(1, owner("host2").build());
    remove(2);
    assertThat(changes.next().getPut().getOwner()).isEqualTo("host2");
    assertThat(changes.next().getRemovedUuid()).isEqualTo(WEB);
  }

  @Test
  void whatIsNoRecordIsRefusedAndChangesNothing() {
    CompareAndSwapRequest good =
        CompareAndSwapRequest.newBuilder().setUuid(WEB).setNext(owner("host1")).build();
    List<CompareAndSwapRequest> bad =
        List.of(
            good.toBuilder().setUuid("web").build(),
            good.toBuilder().setUuid(new UUID(2, 2).toString()).build(),
            good.toBuilder().setNext(owner("")).build(),
            good.toBuilder().setNext(owner("host1").setName("x".repeat(257))).build(),
            good.toBuilder().setNext(owner("host1").setAttempt("x".repeat(257))).build());
    assertThat(bad).allSatisfy(r -> assertThat(codeOf(r)).isEqualTo(Code.INVALID_ARGUMENT));
    assertThat(
            catchThrowableOfType(
                    StatusRuntimeException.class,
                    () ->
                        registry()
                            .announceHost(
                                AnnounceHostRequest.newBuilder()
                                    .setHost(HostRecord.newBuilder().setName("a b"))
                                    .build()))
                .getStatus()
                .getCode())
        .isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(
            register()
                .listOwnerships(ListOwnershipsRequest.getDefaultInstance())
                .getOwnershipsCount())
        .isZero();
  }

  @Test
  void itsHealthAndItsWhereaboutsAreTold() throws Exception {
    ManagedChannel there = channel.channel();
    assertThat(
            HealthGrpc.newBlockingStub(there)
                .check(
                    HealthCheckRequest.newBuilder()
                        .setService(OwnershipRegisterGrpc.SERVICE_NAME)
                        .build())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
    assertThat(Files.readString(dir.resolve("array/host.json")))
        .isEqualTo(
            "{\"name\":\"array\",\"pid\":%d,\"grpc\":\"%s\",\"xenstore\":\"\",\"libvirt\":\"\"}\n"
                .formatted(ProcessHandle.current().pid(), array.address()));
    stopArray();
    assertThat(dir.resolve("array/host.json")).doesNotExist();
  }

  @Test
  void aDamagedJournalIsNamedAndNothingIsServed() throws Exception {
    swap(0, owner("host1").build());
    swap(1, owner("host2").build());
    stopArray();
    Path journal = dir.resolve("array/register.journal");
    byte[] bytes = Files.readAllBytes(journal);
    bytes[10] ^= 1;
    Files.write(journal, bytes);
    assertThatThrownBy(() -> ArrayMain.start(ArrayMain.Options.parse("--dir", dir.toString())))
        .hasMessage("its journal failed: " + journal + ": damaged at byte 0: checksum");
    assertThat(Files.readAllBytes(journal)).isEqualTo(bytes);
  }

  @Test
  void thePortThatHostsKnowIsNotExchangedForAnother() throws Exception {
    String port = array.address().substring(array.address().lastIndexOf(':') + 1);
    Path elsewhere = dir.resolve("elsewhere");
    assertThatThrownBy(
            () ->
                ArrayMain.start(
                    ArrayMain.Options.parse(
                        "--dir", elsewhere.toString(), "--grpc-port", port, "--same-port")))
        .hasMessageContaining("127.0.0.1:" + port);
    ArrayMain other =
        ArrayMain.start(
            ArrayMain.Options.parse("--dir", elsewhere.toString(), "--grpc-port", port));
    assertThat(other.address()).isNotEqualTo(array.address());
    other.stop();
    assertThat(elsewhere.resolve("array/host.json")).doesNotExist();
  }
}
