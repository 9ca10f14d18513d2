package io.xengarden.node.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.grpc.Context;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.simulated.ScriptedKernel;
import io.xengarden.proto.v1.ConsoleInput;
import io.xengarden.proto.v1.ConsoleOutput;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.CreateDomainResponse;
import io.xengarden.proto.v1.DestroyDomainRequest;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.GetDomainRequest;
import io.xengarden.proto.v1.GetHostInfoRequest;
import io.xengarden.proto.v1.GetHostInfoResponse;
import io.xengarden.proto.v1.ListBlockDevicesRequest;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ListVcpusRequest;
import io.xengarden.proto.v1.ReadXenLogRequest;
import io.xengarden.proto.v1.RunCommandOutput;
import io.xengarden.proto.v1.RunCommandRequest;
import io.xengarden.proto.v1.ShutdownDomainRequest;
import io.xengarden.proto.v1.ShutdownProgress;
import io.xengarden.proto.v1.ShutdownProgress.Stage;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.proto.v1.ToolstackGrpc;
import io.xengarden.proto.v1.WatchEventsRequest;
import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon's whole face, over a real socket, on real time. */
class GrpcServerTest {
  @TempDir static Path dir;
  private static LoopbackHost host;

  @BeforeAll
  static void start() throws Exception {
    host = new LoopbackHost(dir.resolve("logs"));
  }

  @AfterAll
  static void stop() throws Exception {
    host.close();
  }

  @AfterEach
  void destroyAll() {
    for (DomainInfo domain : domains()) {
      if (domain.getDomid() != 0) {
        destroy(domain.getName());
      }
    }
  }

  // ---- domains ----

  @Test
  void aDomainIsCreatedListedAndDestroyed() {
    DomainInfo web = create(scripted("web").build()).getDomain();
    assertThat(web.getHost()).isEqualTo("host1");
    assertThat(web.getConfig().getName()).isEqualTo("web");
    assertThat(names()).containsExactly("Domain-0", "web");
    assertThat(get("web").getUuid()).isEqualTo(web.getUuid());
    assertThat(
            host.toolstack()
                .listVcpus(ListVcpusRequest.newBuilder().setDomain(named("web")).build())
                .getVcpusList())
        .singleElement()
        .satisfies(vcpu -> assertThat(vcpu.getHardAffinity()).isEqualTo("all"));
    destroy("web");
    assertThat(names()).containsExactly("Domain-0");
  }

  @Test
  void aDryRunChecksAndCreatesNothing() {
    CreateDomainRequest request =
        CreateDomainRequest.newBuilder().setConfig(scripted("web")).setDryRun(true).build();
    assertThat(host.toolstack().createDomain(request).getDomain().getConfig().getVcpus())
        .isEqualTo(1);
    assertThat(names()).containsExactly("Domain-0");
  }

  @Test
  void anErrorCarriesWhatTheToolstackSaid() {
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> get("nobody"));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    ToolstackError error = detail(failure);
    assertThat(error.getReason()).isEqualTo(Reason.REASON_NO_SUCH_DOMAIN);
    assertThat(error.getMessage()).isEqualTo(failure.getStatus().getDescription());
  }

  private static ToolstackError detail(StatusRuntimeException failure) {
    Status status = StatusProto.fromThrowable(failure);
    try {
      return status.getDetails(0).unpack(ToolstackError.class);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theHostDescribesItselfAndItsHypervisor() {
    GetHostInfoResponse info =
        host.toolstack().getHostInfo(GetHostInfoRequest.getDefaultInstance());
    assertThat(info.getHost()).isEqualTo("host1");
    assertThat(info.getCpus()).isEqualTo(4);
    assertThat(info.getMemoryKib()).isEqualTo(2048 << 10);
    assertThat(info.getScheduler()).isEqualTo("credit");
    create(scripted("web").build());
    destroy("web");
    assertThat(
            host.toolstack()
                .readXenLog(ReadXenLogRequest.getDefaultInstance())
                .getText()
                .toStringUtf8())
        .contains("(XEN)");
  }

  // ---- Pebble ----

  @Test
  void aCommandRunsInTheGuestAndItsStatusComesBack() throws Exception {
    create(withDisk("web").build());
    assertThat(run("web", "echo hello")).isEqualTo(new Ran("hello\n", 0));
    assertThat(run("web", "diskcheck xvda --records 50"))
        .isEqualTo(new Ran("50 records verified, 0 lost\n", 0));
    assertThat(run("web", "frobnicate").status()).isEqualTo(127);
    assertThat(
            host.toolstack()
                .listBlockDevices(
                    ListBlockDevicesRequest.newBuilder().setDomain(named("web")).build())
                .getDevicesList())
        .singleElement()
        .satisfies(
            device -> {
              assertThat(device.getVdev()).isEqualTo(51712);
              assertThat(device.getState()).isEqualTo(4);
              assertThat(device.getRingRef()).isGreaterThanOrEqualTo(8);
            });
  }

  @Test
  void commandsOfSeveralClientsRunOneAfterAnother() throws Exception {
    create(pebble("web").build());
    List<Thread> clients = new ArrayList<>();
    BlockingQueue<Ran> results = new LinkedBlockingQueue<>();
    for (int i = 0; i < 8; i++) {
      String word = "word" + i;
      clients.add(Thread.ofVirtual().start(() -> results.add(run("web", "echo " + word))));
    }
    for (Thread client : clients) {
      client.join();
    }
    assertThat(results.stream().map(Ran::output).sorted())
        .containsExactly(
            "word0\n", "word1\n", "word2\n", "word3\n", "word4\n", "word5\n", "word6\n", "word7\n");
  }

  @Test
  void aCommandThatCannotBeTypedIsRefused() {
    create(scripted("web").build());
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> run("web", "echo 'a"));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void cancellingARunInterruptsTheCommand() throws Exception {
    create(pebble("web").build());
    Context.CancellableContext context = Context.current().withCancellation();
    BlockingQueue<RunCommandOutput> outputs = new LinkedBlockingQueue<>();
    context.run(
        () ->
            host.asynchronous()
                .runCommand(
                    RunCommandRequest.newBuilder()
                        .setDomain(named("web"))
                        .addCommand("counter")
                        .build(),
                    collecting(outputs)));
    assertThat(outputs.poll(40, TimeUnit.SECONDS)).as("the counter counts").isNotNull();
    context.cancel(null);
    assertThat(run("web", "echo free"))
        .as("the shell is free again")
        .isEqualTo(new Ran("free\n", 0));
  }

  @Test
  void aRunEndsWhenItsDomainLeaves() throws Exception {
    create(pebble("web").build());
    assertThat(run("web", "echo up").status()).isZero();
    Iterator<RunCommandOutput> outputs =
        host.toolstack()
            .runCommand(
                RunCommandRequest.newBuilder()
                    .setDomain(named("web"))
                    .addCommand("counter")
                    .build());
    assertThat(outputs.hasNext()).isTrue();
    destroy("web");
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> outputs.forEachRemaining(output -> {}));
    assertThat(detail(failure).getMessage()).contains("has left the host");
  }

  @Test
  void aConsoleShowsOutputAndTakesKeys() throws Exception {
    create(pebble("web").build());
    Screen screen = new Screen();
    StreamObserver<ConsoleInput> keyboard = host.asynchronous().attachConsole(screen);
    keyboard.onNext(ConsoleInput.newBuilder().setDomain(named("web")).build());
    screen.awaitText("pebble# ");
    keyboard.onNext(keys("echo ty"));
    keyboard.onNext(keys("ped\r"));
    screen.awaitText("echo typed\r\ntyped\r\npebble# ");
    keyboard.onCompleted();
    destroy("web");
    assertThat(screen.ended.poll(30, TimeUnit.SECONDS)).as("console ends").isEqualTo("completed");
  }

  private static ConsoleInput keys(String keys) {
    return ConsoleInput.newBuilder().setKeys(ByteString.copyFromUtf8(keys)).build();
  }

  @Test
  void keysBeforeADomainAreRefused() throws Exception {
    Screen screen = new Screen();
    host.asynchronous().attachConsole(screen).onNext(keys("x"));
    assertThat(screen.ended.poll(30, TimeUnit.SECONDS)).contains("INVALID_ARGUMENT");
  }

  // ---- shutting down ----

  @Test
  void aShutdownIsFollowedToItsEnd() throws Exception {
    create(pebble("web").build());
    assertThat(run("web", "echo up").status()).isZero();
    ShutdownDomainRequest request =
        ShutdownDomainRequest.newBuilder()
            .setDomain(named("web"))
            .setWait(ShutdownDomainRequest.Wait.WAIT_DESTROYED)
            .build();
    List<Stage> stages = new ArrayList<>();
    host.toolstack().shutdownDomain(request).forEachRemaining(p -> stages.add(p.getStage()));
    assertThat(stages)
        .containsExactly(
            Stage.STAGE_REQUESTED,
            Stage.STAGE_ACKNOWLEDGED,
            Stage.STAGE_SHUT_DOWN,
            Stage.STAGE_DESTROYED);
    assertThat(names()).containsExactly("Domain-0");
  }

  @Test
  void aDeadlineEndsTheCallAndHarmsNothing() {
    create(scripted("deaf").build());
    Iterator<ShutdownProgress> progress =
        ToolstackGrpc.newBlockingStub(host.channel())
            .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
            .shutdownDomain(ShutdownDomainRequest.newBuilder().setDomain(named("deaf")).build());
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> progress.forEachRemaining(stage -> {}));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(names()).contains("deaf");
    destroy("deaf");
    assertThat(names()).containsExactly("Domain-0");
  }

  // ---- events ----

  @Test
  void eventsComeInOrderWithoutGaps() {
    create(scripted("web").build());
    destroy("web");
    List<Event> events = events();
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).getSequence()).isEqualTo(i + 1);
    }
    assertThat(events.stream().filter(e -> e.getName().equals("web")).map(Event::getType))
        .contains("domain.created", "domain.destroyed");
    WatchEventsRequest rest =
        WatchEventsRequest.newBuilder().setAfterSequence(events.size() - 1).build();
    assertThat(host.toolstack().watchEvents(rest)).toIterable().hasSize(1);
  }

  @Test
  void aFollowerHearsOfWhatHappensLater() throws Exception {
    BlockingQueue<Event> heard = new LinkedBlockingQueue<>();
    int before = events().size();
    host.asynchronous()
        .watchEvents(
            WatchEventsRequest.newBuilder().setAfterSequence(before).setFollow(true).build(),
            collecting(heard));
    create(scripted("web").build());
    Event next = heard.poll(30, TimeUnit.SECONDS);
    assertThat(next.getType()).isEqualTo("domain.created");
    assertThat(next.getSequence()).isEqualTo(before + 1);
  }

  /**
   * It asks for one message and then for none: what it is not sent waits in the log, not in a
   * queue.
   */
  @Test
  void aClientThatDoesNotReadHoldsUpNobody() {
    AtomicInteger received = new AtomicInteger();
    host.asynchronous()
        .watchEvents(
            WatchEventsRequest.newBuilder().setFollow(true).build(), new LazyReader(received));
    await().atMost(java.time.Duration.ofSeconds(30)).until(() -> received.get() == 1);
    for (int i = 0; i < 20; i++) {
      create(scripted("web").build());
      destroy("web");
    }
    assertThat(received).hasValue(1);
  }

  // ---- the server ----

  @Test
  void healthAndReflectionAreServed() throws Exception {
    HealthCheckRequest request =
        HealthCheckRequest.newBuilder().setService(ToolstackGrpc.SERVICE_NAME).build();
    assertThat(HealthGrpc.newBlockingStub(host.channel()).check(request).getStatus())
        .isEqualTo(ServingStatus.SERVING);
    BlockingQueue<ServerReflectionResponse> responses = new LinkedBlockingQueue<>();
    ServerReflectionGrpc.newStub(host.channel())
        .serverReflectionInfo(collecting(responses))
        .onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    assertThat(responses.poll(30, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .contains(ToolstackGrpc.SERVICE_NAME, HealthGrpc.SERVICE_NAME);
  }

  @Test
  void aMessageOverTheLimitIsRefused() {
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> create(scripted("a".repeat(LoopbackServer.MAX_MESSAGE)).build()));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(names()).containsExactly("Domain-0");
  }

  @Test
  void aTakenPortIsGivenWayTo() throws Exception {
    try (LoopbackHost another = new LoopbackHost(dir.resolve("another"), host.port())) {
      assertThat(another.port()).isNotEqualTo(host.port()).isPositive();
      assertThat(another.toolstack().listDomains(ListDomainsRequest.getDefaultInstance()))
          .satisfies(response -> assertThat(response.getDomainsList()).hasSize(1));
    }
  }

  // ---- helpers ----

  private static DomainConfig.Builder pebble(String name) {
    return DomainConfig.newBuilder()
        .setName(name)
        .setMemoryKib(32 << 10)
        .setKernel("builtin:pebble");
  }

  private static DomainConfig.Builder scripted(String name) {
    return pebble(name).setKernel(ScriptedKernel.NAME).setCmdline("idle");
  }

  private static DomainConfig.Builder withDisk(String name) throws Exception {
    Path image = dir.resolve(name + ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(1 << 20);
    }
    return pebble(name)
        .addDisks(DiskConfig.newBuilder().setTarget(image.toString()).setVdev("xvda"));
  }

  private static CreateDomainResponse create(DomainConfig config) {
    return host.toolstack()
        .createDomain(CreateDomainRequest.newBuilder().setConfig(config).build());
  }

  private static void destroy(String name) {
    host.toolstack()
        .destroyDomain(DestroyDomainRequest.newBuilder().setDomain(named(name)).build());
  }

  private static DomainInfo get(String name) {
    return host.toolstack()
        .getDomain(GetDomainRequest.newBuilder().setDomain(named(name)).build())
        .getDomain();
  }

  private static List<DomainInfo> domains() {
    return host.toolstack().listDomains(ListDomainsRequest.getDefaultInstance()).getDomainsList();
  }

  private static Stream<String> names() {
    return domains().stream().map(DomainInfo::getName);
  }

  private static DomainSelector named(String name) {
    return DomainSelector.newBuilder().setName(name).build();
  }

  private static List<Event> events() {
    List<Event> events = new ArrayList<>();
    host.toolstack()
        .watchEvents(WatchEventsRequest.getDefaultInstance())
        .forEachRemaining(events::add);
    return events;
  }

  private record Ran(String output, int status) {}

  private static Ran run(String name, String command) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    int[] status = {-1};
    host.toolstack()
        .runCommand(
            RunCommandRequest.newBuilder().setDomain(named(name)).addCommand(command).build())
        .forEachRemaining(
            message -> {
              if (message.hasExitStatus()) {
                status[0] = message.getExitStatus();
              } else {
                output.writeBytes(message.getData().toByteArray());
              }
            });
    return new Ran(output.toString(StandardCharsets.UTF_8), status[0]);
  }

  private static <T> StreamObserver<T> collecting(BlockingQueue<T> into) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T message) {
        into.add(message);
      }

      @Override
      public void onError(Throwable failure) {
        // The test sees what did not come.
      }

      @Override
      public void onCompleted() {
        // As above.
      }
    };
  }

  /** What a terminal would show. */
  private static final class Screen implements StreamObserver<ConsoleOutput> {
    final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
    private final StringBuffer text = new StringBuffer();

    @Override
    public void onNext(ConsoleOutput output) {
      text.append(output.getData().toStringUtf8());
    }

    @Override
    public void onError(Throwable failure) {
      ended.add(failure.getMessage());
    }

    @Override
    public void onCompleted() {
      ended.add("completed");
    }

    void awaitText(String wanted) {
      await()
          .atMost(java.time.Duration.ofSeconds(40))
          .until(() -> text.toString().endsWith(wanted));
    }
  }

  /** Requests one message, and no more. */
  private static final class LazyReader
      implements ClientResponseObserver<WatchEventsRequest, Event> {
    private final AtomicInteger received;

    LazyReader(AtomicInteger received) {
      this.received = received;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchEventsRequest> call) {
      call.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(Event event) {
      received.incrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {
      // The end of the test.
    }

    @Override
    public void onCompleted() {
      // As above.
    }
  }
}
