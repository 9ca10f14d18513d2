package io.xengarden.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.xengarden.node.simulated.DiskcheckImage;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.RunCommandRequest;
import io.xengarden.proto.v1.ToolstackGrpc;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as the command line starts it: a process, signals, files. */
class NodeMainIT {
  private static final Pattern READY =
      Pattern.compile(
          "READY (\\{\"name\":\"host1\",\"pid\":(\\d+),\"grpc\":\"(127\\.0\\.0\\.1:\\d+)\".*})");
  private static final int SIGTERM_EXIT = 143;

  @TempDir Path dir;
  private Process process;

  @AfterEach
  void end() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void itSaysWhenItServesAndEndsInOrderOnSigterm() throws Exception {
    start("--dir", dir.toString(), "--name", "host1", "--cpus", "2", "--memory-mib", "1024");
    Matcher ready = awaitReady();
    assertThat(Long.parseLong(ready.group(2))).isEqualTo(process.pid());
    assertThat(dir.resolve("host1/host.json")).hasContent(ready.group(1));

    Path image = dir.resolve("web.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(1 << 20);
    }
    long acknowledged = writeForAWhile(ready.group(3), image);

    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
    assertThat(process.exitValue()).isEqualTo(SIGTERM_EXIT);
    assertThat(dir.resolve("host1/host.json")).doesNotExist();
    assertThat(new DiskcheckImage(Files.readAllBytes(image)).lostSlots(acknowledged)).isEmpty();
    assertThat(dir.resolve("host1/consoles/guest-web.log")).content().contains("pebble# ");
  }

  /** How many records a guest says are on its disk. */
  private static long writeForAWhile(String address, Path image) throws Exception {
    ManagedChannel channel = NettyChannelBuilder.forTarget(address).usePlaintext().build();
    try {
      ToolstackGrpc.ToolstackBlockingStub toolstack =
          ToolstackGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
      toolstack.createDomain(
          CreateDomainRequest.newBuilder()
              .setConfig(
                  DomainConfig.newBuilder()
                      .setName("web")
                      .setMemoryKib(32 << 10)
                      .setKernel("builtin:pebble")
                      .setCmdline("run='diskcheck xvda --forever'")
                      .addDisks(
                          DiskConfig.newBuilder().setTarget(image.toString()).setVdev("xvda")))
              .build());
      assertThat(toolstack.listDomains(ListDomainsRequest.getDefaultInstance()).getDomainsList())
          .hasSize(2);
      long acknowledged = 0;
      while (acknowledged == 0) {
        acknowledged = lastAcknowledged(run(toolstack, "sleep 1; dmesg"));
      }
      return acknowledged;
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private static String run(ToolstackGrpc.ToolstackBlockingStub toolstack, String command) {
    StringBuilder output = new StringBuilder();
    toolstack
        .runCommand(
            RunCommandRequest.newBuilder()
                .setDomain(DomainSelector.newBuilder().setName("web"))
                .addCommand(command)
                .build())
        .forEachRemaining(message -> output.append(message.getData().toStringUtf8()));
    return output.toString();
  }

  private static long lastAcknowledged(String log) {
    Matcher matcher = Pattern.compile("(\\d+) acknowledged").matcher(log);
    long last = 0;
    while (matcher.find()) {
      last = Long.parseLong(matcher.group(1));
    }
    return last;
  }

  @Test
  void wrongArgumentsAreNamedWithTheUsage() throws Exception {
    start("--dir", dir.toString(), "--name", "host1", "--cpus", "none");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(new String(process.getErrorStream().readAllBytes()))
        .contains("--cpus none")
        .contains("usage: ");
  }

  private void start(String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.add("--sun-misc-unsafe-memory-access=allow");
    line.add("-cp");
    line.add(System.getProperty("java.class.path"));
    line.add(NodeMain.class.getName());
    line.addAll(List.of(arguments));
    process = new ProcessBuilder(line).start();
  }

  private Matcher awaitReady() throws IOException {
    BufferedReader output = process.inputReader();
    StringBuilder all = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher ready = READY.matcher(line);
      if (ready.matches()) {
        return ready;
      }
      all.append(line).append('\n');
    }
    throw new AssertionError(
        "never ready:\n" + all + new String(process.getErrorStream().readAllBytes()));
  }
}
