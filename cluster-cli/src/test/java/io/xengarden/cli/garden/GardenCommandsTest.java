package io.xengarden.cli.garden;

import static io.xengarden.cli.toolstack.FakeToolstack.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.xengarden.cli.PretendCluster;
import io.xengarden.cli.Typed;
import io.xengarden.cli.Typed.Result;
import io.xengarden.cli.text.Json;
import io.xengarden.cli.text.JsonError;
import io.xengarden.proto.v1.ClusterDomain;
import io.xengarden.proto.v1.DomainFlags;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.ForgetDomainRequest;
import io.xengarden.proto.v1.GetHostInfoResponse;
import io.xengarden.proto.v1.HostState;
import io.xengarden.proto.v1.RunCommandOutput;
import io.xengarden.proto.v1.RunCommandRequest;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GardenCommandsTest {
  @TempDir Path directory;
  private Typed xen;

  @BeforeEach
  void twoHosts() throws IOException {
    xen = Typed.on(directory, 2);
    xen.host().domains.add(DomainInfo.newBuilder().setName("Domain-0").build());
    xen.host().domains.add(DomainInfo.newBuilder().setDomid(3).setName("web").build());
    xen.host().hostInfo =
        GetHostInfoResponse.newBuilder()
            .setCpus(8)
            .setMemoryKib(16L << 20)
            .setFreeMemoryKib(15L << 20)
            .build();
  }

  @AfterEach
  void close() {
    xen.close();
  }

  private static RunCommandOutput output(String text) {
    return RunCommandOutput.newBuilder().setData(ByteString.copyFromUtf8(text)).build();
  }

  private static RunCommandOutput exit(int status) {
    return RunCommandOutput.newBuilder().setExitStatus(status).build();
  }

  @Test
  void hostsAreUpUnreachableOrDown() throws IOException {
    xen.hosts.getLast().close();
    String pid = Long.toString(ProcessHandle.current().pid());
    Result result = xen.run("hosts");
    assertThat(result.exitCode()).isZero();
    List<String> lines = result.out().lines().toList();
    assertThat(lines.get(0).split(" +"))
        .containsExactly("NAME", "STATE", "PID", "GRPC", "DOMAINS", "CPUS", "MEMORY", "FREE");
    assertThat(lines.get(1).split(" +"))
        .containsExactly("host1", "Up", pid, xen.host().address(), "1", "8", "16384", "15360");
    assertThat(lines.get(2)).as("its peers have not missed it").startsWith("host2   Up ");
    xen.host().see("host2", HostState.HOST_STATE_UNREACHABLE);
    assertThat(host2()).startsWith("host2   Unreachable ");
    xen.host().see("host2", HostState.HOST_STATE_DOWN);
    assertThat(host2()).as("its process may come back").startsWith("host2   Unreachable ");
    PretendCluster.end(directory, "host2");
    assertThat(host2()).startsWith("host2   Down ");
  }

  private String host2() {
    return xen.run("hosts").out().lines().toList().get(2);
  }

  /** A host that is cut off sees all others gone. */
  @Test
  void theHostThatSeesMostOfTheClusterIsBelieved() {
    xen.host().see("host2", HostState.HOST_STATE_DOWN);
    assertThat(host2()).startsWith("host2   Up ");
  }

  @Test
  void theClustersDomainsAreListedWithTheirOwnersWord() throws JsonError {
    xen.host().domains.clear();
    xen.host()
        .domains
        .add(
            DomainInfo.newBuilder()
                .setDomid(3)
                .setUuid("u1")
                .setFlags(DomainFlags.newBuilder().setPaused(true))
                .build());
    for (var host : xen.hosts) {
      host.clusterDomains.add(owned("web", "u1", "host1").setMemoryKib(65536).setVcpus(2).build());
      host.clusterDomains.add(owned("gone", "u2", "host3").setLost(true).build());
      host.clusterDomains.add(owned("new", "u3", "host2").build());
    }
    List<String> lines = xen.run("list").out().lines().toList();
    assertThat(lines.get(0).split(" +"))
        .containsExactly("NAME", "HOST", "STATE", "MEMORY", "VCPUS", "UUID");
    assertThat(lines.get(1).split(" +")).startsWith("gone", "host3", "lost");
    assertThat(lines.get(2).split(" +")).startsWith("new", "host2", "unknown");
    assertThat(lines.get(3).split(" +")).containsExactly("web", "host1", "paused", "64", "2", "u1");
    Json.Array json = (Json.Array) Json.parse(xen.run("list", "-o", "json").out());
    assertThat(((Json.Fields) json.items().getLast()).byName().keySet())
        .containsExactly("name", "uuid", "host", "state", "memoryMiB", "vcpus", "epoch");
  }

  @Test
  void aListWithoutTheArraySaysThatItIsOld() {
    xen.hosts.forEach(host -> host.registerReachable = false);
    Result result = xen.run("list");
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEqualTo("xengarden: the array is not reachable: as last known\n");
  }

  private static ClusterDomain.Builder owned(String name, String uuid, String host) {
    return ClusterDomain.newBuilder().setName(name).setUuid(uuid).setHost(host);
  }

  @Test
  void aLostDomainIsForgottenByItsUuid() {
    assertThat(xen.run("forget", "u2")).isEqualTo(new Result(0, "", ""));
    assertThat(xen.host().requests)
        .containsExactly(ForgetDomainRequest.newBuilder().setUuid("u2").build());
    xen.host().refusal = error(Reason.REASON_OWNERSHIP, 6, "uuid u2 is owned by host2");
    assertThat(xen.run("forget", "u2"))
        .isEqualTo(new Result(1, "", "xengarden: uuid u2 is owned by host2\n"));
    assertThat(xen.run("forget").exitCode()).isEqualTo(2);
  }

  @Test
  void hostsAsJsonAreFlatObjectsWithTheFieldsOfTheContract() throws JsonError {
    Json json = Json.parse(xen.run("hosts", "-o", "json").out());
    assertThat(json).isInstanceOf(Json.Array.class);
    Json.Fields first = (Json.Fields) ((Json.Array) json).items().getFirst();
    assertThat(first.byName().keySet())
        .containsExactly(
            "name",
            "state",
            "pid",
            "grpc",
            "xenstore",
            "libvirt",
            "domains",
            "cpus",
            "memoryMiB",
            "freeMiB");
    assertThat(first.text("state")).contains("Up");
    assertThat(first.number("memoryMiB")).contains(16384L);
    assertThat(first.number("domains")).as("without Domain-0").contains(1L);
    assertThat(xen.run("-o", "json", "hosts").out())
        .isEqualTo(xen.run("hosts", "-o", "json").out());
  }

  @Test
  void runPrintsTheOutputAndExitsWithTheStatus() {
    xen.host().runOutputs.addAll(List.of(output("one\n"), output("two\n"), exit(3)));
    assertThat(xen.run("run", "web", "--", "cat", "--help", "-H"))
        .isEqualTo(new Result(3, "one\ntwo\n", ""));
    assertThat(xen.host().requests)
        .first()
        .isInstanceOfSatisfying(
            RunCommandRequest.class,
            request -> assertThat(request.getCommandList()).containsExactly("cat", "--help", "-H"));
  }

  @Test
  void runExitsWith125WhenTheDomainIsUnknownOrGoesAway() {
    assertThat(xen.run("run", "nope", "--", "true"))
        .isEqualTo(new Result(125, "", "xengarden: no such domain\n"));
    xen.host().runOutputs.add(output("begun"));
    assertThat(xen.run("run", "web", "--", "true"))
        .isEqualTo(new Result(125, "begun", "xengarden: domain web went away\n"));
    xen.host().refusal = error(Reason.REASON_ABORTED, 22, "domain web was destroyed");
    assertThat(xen.run("run", "web", "--", "true"))
        .isEqualTo(new Result(125, "", "xengarden: domain web was destroyed\n"));
    assertThat(xen.run("run", "web", "true").exitCode()).isEqualTo(125);
    assertThat(xen.run("run", "web", "--", "a\nb").exitCode()).isEqualTo(125);
  }

  @Test
  void eventsOfAllHostsAreInTheOrderOfTime() {
    xen.host().events.add(event("host1", 1_000, "domain.created", "web"));
    xen.host().events.add(event("host1", 3_000, "domain.destroyed", "web"));
    xen.hosts.getLast().events.add(event("host2", 2_000, "host.up", ""));
    assertThat(xen.run("events").out().lines().map(line -> line.substring(14)))
        .containsExactly(
            "host1  domain.created         web (3)",
            "host2  host.up               ",
            "host1  domain.destroyed       web (3)");
    assertThat(xen.run("-H", "host2", "events", "-o", "json").out())
        .isEqualTo(
            "{\"sequence\":1,\"timeNs\":2000,\"host\":\"host2\",\"type\":\"host.up\",\"domid\":3,"
                + "\"uuid\":\"\",\"name\":\"\",\"detail\":\"\"}\n");
  }

  private static Event event(String host, long timeNs, String type, String name) {
    return Event.newBuilder()
        .setSequence(1)
        .setHost(host)
        .setTimeNs(timeNs)
        .setType(type)
        .setDomid(3)
        .setName(name)
        .build();
  }

  @Test
  void followingEndsWhenTheHostsDo() {
    xen.host().events.add(event("host1", 1_000, "domain.created", "web"));
    assertThat(xen.run("events", "--follow").out()).contains("domain.created");
  }

  @Test
  void capabilitiesNameTheCommandsOfThisBuild() {
    assertThat(xen.run("capabilities").out())
        .contains("\nxl                     : create list destroy shutdown reboot pause unpause");
    assertThat(xen.run("capabilities", "-o", "json").out()).contains("\"xm\": [\n");
  }

  @Test
  void whateverIsUnknownIsOneClearLine() {
    assertThat(xen.run("frobnicate"))
        .isEqualTo(
            new Result(
                2, "", "xengarden: unknown command \"frobnicate\" (try: xengarden --help)\n"));
    assertThat(xen.run("hosts", "--nope"))
        .isEqualTo(
            new Result(2, "", "xengarden: option --nope not recognized (try: xengarden --help)\n"));
    assertThat(xen.run("-o", "xml", "hosts"))
        .isEqualTo(new Result(2, "", "xengarden: -o: \"xml\" is neither table nor json\n"));
    assertThat(xen.run("hosts", "extra").err())
        .isEqualTo("xengarden: hosts takes no argument \"extra\"\n");
    assertThat(xen.run("host", "explode", "host1").err())
        .isEqualTo("xengarden: host: \"explode\" is none of kill, stop, cont, start\n");
    assertThat(xen.run("host", "kill", "host9").err())
        .isEqualTo("xengarden: no host named host9 (there are host1, host2, array)\n");
    assertThat(xen.run("up", "--hosts", "0").err())
        .isEqualTo("xengarden: --hosts: \"0\" is not a number from 1 to 64\n");
    assertThat(xen.run("up", "--memory", "lots").err())
        .isEqualTo("xengarden: --memory: \"lots\" is not a size of at least 1 MiB, such as 16g\n");
    assertThat(xen.run("virsh", "list"))
        .isEqualTo(new Result(1, "", "xengarden: virsh: not in this build yet\n"));
  }

  @Test
  void helpHelps() {
    assertThat(xen.run("--help").exitCode()).isZero();
    assertThat(xen.run("--help").out()).startsWith("Usage: xengarden ");
    assertThat(xen.run("up", "--help").out()).startsWith("Usage: xengarden up ");
    assertThat(xen.run("run", "--help").out()).startsWith("Usage: xengarden run ");
    assertThat(xen.run("--version").out()).startsWith("xengarden ");
    assertThat(xen.run()).extracting(Result::exitCode, Result::out).containsExactly(2, "");
  }

  @Test
  void downWithoutAClusterIsNoError() {
    try (Typed nothing = Typed.onNothing(directory.resolve("empty"))) {
      Result result = nothing.run("down");
      assertThat(result.exitCode()).isZero();
      assertThat(nothing.run("hosts").exitCode()).isEqualTo(1);
    }
  }

  @Test
  void upOnARunningClusterSaysSo() {
    assertThat(xen.run("up"))
        .isEqualTo(new Result(1, "", "xengarden: a cluster is already up in " + directory + "\n"));
  }

  @Test
  void anInterruptedRunIsCancelledOnTheHost() throws InterruptedException {
    xen.host().runHangs = true;
    Thread running = Thread.ofPlatform().start(() -> xen.run("run", "web", "--", "counter"));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> xen.host().requests.stream().anyMatch(RunCommandRequest.class::isInstance));
    running.interrupt();
    running.join();
    assertThat(xen.host().cancelled.take()).isEqualTo("run");
  }
}
