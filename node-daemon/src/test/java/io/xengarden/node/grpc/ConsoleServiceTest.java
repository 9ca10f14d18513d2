package io.xengarden.node.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.xengarden.proto.v1.ConsoleInput;
import io.xengarden.proto.v1.ConsoleOutput;
import io.xengarden.proto.v1.ListBlockDevicesRequest;
import io.xengarden.proto.v1.RunCommandOutput;
import io.xengarden.proto.v1.RunCommandRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consoles and commands of real guests over a real socket, on real time. */
class ConsoleServiceTest {
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

  @Test
  void aCommandRunsInTheGuestAndItsStatusComesBack() throws Exception {
    host.create(host.withDisk("web").build());
    assertThat(host.run("web", "echo hello")).isEqualTo(new LoopbackHost.Ran("hello\n", 0));
    assertThat(host.run("web", "diskcheck xvda --records 50"))
        .isEqualTo(new LoopbackHost.Ran("50 records verified, 0 lost\n", 0));
    assertThat(host.run("web", "frobnicate").status()).isEqualTo(127);
    assertThat(
            host.toolstack()
                .listBlockDevices(
                    ListBlockDevicesRequest.newBuilder()
                        .setDomain(LoopbackHost.named("web"))
                        .build())
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
    host.create(LoopbackHost.pebble("web").build());
    List<Thread> clients = new ArrayList<>();
    BlockingQueue<LoopbackHost.Ran> results = new LinkedBlockingQueue<>();
    for (int i = 0; i < 8; i++) {
      String word = "word" + i;
      clients.add(Thread.ofVirtual().start(() -> results.add(host.run("web", "echo " + word))));
    }
    for (Thread client : clients) {
      client.join();
    }
    assertThat(results.stream().map(LoopbackHost.Ran::output).sorted())
        .containsExactly(
            "word0\n", "word1\n", "word2\n", "word3\n", "word4\n", "word5\n", "word6\n", "word7\n");
  }

  @Test
  void aCommandThatCannotBeTypedIsRefused() {
    host.create(LoopbackHost.scripted("web").build());
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> host.run("web", "echo 'a"));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void cancellingARunInterruptsTheCommand() throws Exception {
    host.create(LoopbackHost.pebble("web").build());
    Context.CancellableContext context = Context.current().withCancellation();
    BlockingQueue<RunCommandOutput> outputs = new LinkedBlockingQueue<>();
    context.run(
        () ->
            host.asynchronous()
                .runCommand(
                    RunCommandRequest.newBuilder()
                        .setDomain(LoopbackHost.named("web"))
                        .addCommand("counter")
                        .build(),
                    LoopbackHost.collecting(outputs)));
    assertThat(outputs.poll(40, TimeUnit.SECONDS)).as("the counter counts").isNotNull();
    context.cancel(null);
    assertThat(host.run("web", "echo free"))
        .as("the shell is free again")
        .isEqualTo(new LoopbackHost.Ran("free\n", 0));
  }

  @Test
  void aRunEndsWhenItsDomainLeaves() throws Exception {
    host.create(LoopbackHost.pebble("web").build());
    assertThat(host.run("web", "echo up").status()).isZero();
    Iterator<RunCommandOutput> outputs =
        host.toolstack()
            .runCommand(
                RunCommandRequest.newBuilder()
                    .setDomain(LoopbackHost.named("web"))
                    .addCommand("counter")
                    .build());
    assertThat(outputs.hasNext()).isTrue();
    host.destroy("web");
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> outputs.forEachRemaining(output -> {}));
    assertThat(LoopbackHost.detail(failure).getMessage()).contains("has left the host");
  }

  @Test
  void aConsoleShowsOutputAndTakesKeys() throws Exception {
    host.create(LoopbackHost.pebble("web").build());
    Screen screen = new Screen();
    StreamObserver<ConsoleInput> keyboard = host.asynchronous().attachConsole(screen);
    keyboard.onNext(ConsoleInput.newBuilder().setDomain(LoopbackHost.named("web")).build());
    screen.awaitText("pebble# ");
    keyboard.onNext(keys("echo ty"));
    keyboard.onNext(keys("ped\r"));
    screen.awaitText("echo typed\r\ntyped\r\npebble# ");
    keyboard.onCompleted();
    host.destroy("web");
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
}
