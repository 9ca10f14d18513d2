package io.xengarden.node.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.GetHostInfoRequest;
import io.xengarden.proto.v1.GetHostInfoResponse;
import io.xengarden.proto.v1.ListVcpusRequest;
import io.xengarden.proto.v1.ReadXenLogRequest;
import io.xengarden.proto.v1.ShutdownDomainRequest;
import io.xengarden.proto.v1.ShutdownProgress;
import io.xengarden.proto.v1.ShutdownProgress.Stage;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.proto.v1.ToolstackGrpc;
import io.xengarden.proto.v1.WatchEventsRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Domains, shutdowns and events over a real socket, on real time. */
class ToolstackServiceTest {
  @TempDir static Path dir;
  private static LoopbackHost host;

  @BeforeAll
  static void start() throws Exception {
    host = new LoopbackHost(dir);
  }

  @AfterAll
  static void stop() throws Exception {
    host.close();
  }

  @AfterEach
  void destroyAll() {
    host.destroyAll();
  }

  // ---- domains ----

  @Test
  void aDomainIsCreatedListedAndDestroyed() {
    DomainInfo web = host.create(LoopbackHost.scripted("web").build()).getDomain();
    assertThat(web.getHost()).isEqualTo("host1");
    assertThat(web.getConfig().getName()).isEqualTo("web");
    assertThat(host.names()).containsExactly("Domain-0", "web");
    assertThat(host.get("web").getUuid()).isEqualTo(web.getUuid());
    assertThat(
            host.toolstack()
                .listVcpus(
                    ListVcpusRequest.newBuilder().setDomain(LoopbackHost.named("web")).build())
                .getVcpusList())
        .singleElement()
        .satisfies(vcpu -> assertThat(vcpu.getHardAffinity()).isEqualTo("all"));
    host.destroy("web");
    assertThat(host.names()).containsExactly("Domain-0");
  }

  @Test
  void aDryRunChecksAndCreatesNothing() {
    CreateDomainRequest request =
        CreateDomainRequest.newBuilder()
            .setConfig(LoopbackHost.scripted("web"))
            .setDryRun(true)
            .build();
    assertThat(host.toolstack().createDomain(request).getDomain().getConfig().getVcpus())
        .isEqualTo(1);
    assertThat(host.names()).containsExactly("Domain-0");
  }

  @Test
  void anErrorCarriesWhatTheToolstackSaid() {
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> host.get("nobody"));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    ToolstackError error = LoopbackHost.detail(failure);
    assertThat(error.getReason()).isEqualTo(Reason.REASON_NO_SUCH_DOMAIN);
    assertThat(error.getMessage()).isEqualTo(failure.getStatus().getDescription());
  }

  @Test
  void theHostDescribesItselfAndItsHypervisor() {
    GetHostInfoResponse info =
        host.toolstack().getHostInfo(GetHostInfoRequest.getDefaultInstance());
    assertThat(info.getHost()).isEqualTo("host1");
    assertThat(info.getCpus()).isEqualTo(4);
    assertThat(info.getMemoryKib()).isEqualTo(2048 << 10);
    assertThat(info.getScheduler()).isEqualTo("credit");
    host.create(LoopbackHost.scripted("web").build());
    host.destroy("web");
    assertThat(
            host.toolstack()
                .readXenLog(ReadXenLogRequest.getDefaultInstance())
                .getText()
                .toStringUtf8())
        .contains("(XEN)");
  }

  // ---- shutting down ----

  @Test
  void aShutdownIsFollowedToItsEnd() throws Exception {
    host.create(LoopbackHost.pebble("web").build());
    assertThat(host.run("web", "echo up").status()).isZero();
    ShutdownDomainRequest request =
        ShutdownDomainRequest.newBuilder()
            .setDomain(LoopbackHost.named("web"))
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
    assertThat(host.names()).containsExactly("Domain-0");
  }

  @Test
  void aDeadlineEndsTheCallAndHarmsNothing() {
    host.create(LoopbackHost.scripted("deaf").build());
    Iterator<ShutdownProgress> progress =
        ToolstackGrpc.newBlockingStub(host.channel())
            .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
            .shutdownDomain(
                ShutdownDomainRequest.newBuilder().setDomain(LoopbackHost.named("deaf")).build());
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> progress.forEachRemaining(stage -> {}));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(host.names()).contains("deaf");
    host.destroy("deaf");
    assertThat(host.names()).containsExactly("Domain-0");
  }

  // ---- events ----

  @Test
  void eventsComeInOrderWithoutGaps() {
    host.create(LoopbackHost.scripted("web").build());
    host.destroy("web");
    List<Event> events = host.events();
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
    int before = host.events().size();
    host.asynchronous()
        .watchEvents(
            WatchEventsRequest.newBuilder().setAfterSequence(before).setFollow(true).build(),
            LoopbackHost.collecting(heard));
    host.create(LoopbackHost.scripted("web").build());
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
      host.create(LoopbackHost.scripted("web").build());
      host.destroy("web");
    }
    assertThat(received).hasValue(1);
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
