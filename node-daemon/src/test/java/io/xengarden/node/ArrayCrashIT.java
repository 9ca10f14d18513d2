package io.xengarden.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.xengarden.node.array.adapter.ArrayChannel;
import io.xengarden.proto.v1.CompareAndSwapRequest;
import io.xengarden.proto.v1.CompareAndSwapResponse;
import io.xengarden.proto.v1.ListOwnershipsRequest;
import io.xengarden.proto.v1.Ownership;
import io.xengarden.proto.v1.OwnershipRegisterGrpc;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The array's real process, killed as a power failure would. */
class ArrayCrashIT {
  private static final Pattern READY = Pattern.compile("READY .*\"grpc\":\"([^\"]+)\".*");
  private static final int WRITERS = 6;
  private static final int ANSWERS_BEFORE_THE_KILL = 200;

  @TempDir Path dir;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endAll() {
    processes.forEach(Process::destroyForcibly);
  }

  private String start() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                ArrayMain.class.getName(),
                "--dir",
                dir.toString())
            .redirectError(dir.resolve("array.log").toFile())
            .start();
    processes.add(process);
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher ready = READY.matcher(line);
      if (ready.matches()) {
        return ready.group(1);
      }
    }
    throw new AssertionError("the array has ended");
  }

  private static OwnershipRegisterGrpc.OwnershipRegisterBlockingStub stub(ArrayChannel channel) {
    return OwnershipRegisterGrpc.newBlockingStub(channel.channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  @Test
  void nothingThatWasAnsweredIsLostWhenTheArrayIsKilledInTheMiddleOfABurst() throws Exception {
    Map<String, Ownership> answered = new ConcurrentHashMap<>();
    CountDownLatch enough = new CountDownLatch(ANSWERS_BEFORE_THE_KILL);
    try (ArrayChannel channel = ArrayChannel.open(NodeOptions.address(start()))) {
      List<Thread> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        long id = writer;
        writers.add(Thread.ofPlatform().start(() -> write(channel, id, answered, enough)));
      }
      assertThat(enough.await(60, TimeUnit.SECONDS)).as("the burst is under way").isTrue();
      processes.getFirst().destroyForcibly().waitFor();
      for (Thread writer : writers) {
        writer.join();
      }
    }

    Map<String, Ownership> found = new HashMap<>();
    try (ArrayChannel channel = ArrayChannel.open(NodeOptions.address(start()))) {
      stub(channel)
          .listOwnerships(ListOwnershipsRequest.getDefaultInstance())
          .getOwnershipsList()
          .forEach(ownership -> found.put(ownership.getUuid(), ownership));
    }
    assertThat(answered.size()).isGreaterThan(ANSWERS_BEFORE_THE_KILL / 2);
    answered.forEach(
        (uuid, last) -> {
          assertThat(found).containsKey(uuid);
          assertThat(found.get(uuid).getEpoch())
              .as("the epoch of %s: the last one answered, or one whose answer was lost", uuid)
              .isBetween(last.getEpoch(), last.getEpoch() + 1);
          if (found.get(uuid).getEpoch() == last.getEpoch()) {
            assertThat(found.get(uuid)).isEqualTo(last);
          }
        });
  }

  /** Every second swap makes a record, the next changes it; until the array is gone. */
  private static void write(
      ArrayChannel channel, long writer, Map<String, Ownership> answered, CountDownLatch enough) {
    try {
      for (long number = 0; ; number++) {
        String uuid = new UUID(writer, number / 2).toString();
        Ownership before = answered.get(uuid);
        CompareAndSwapResponse answer =
            stub(channel)
                .compareAndSwap(
                    CompareAndSwapRequest.newBuilder()
                        .setUuid(uuid)
                        .setExpectedEpoch(before == null ? 0 : before.getEpoch())
                        .setNext(
                            Ownership.newBuilder()
                                .setUuid(uuid)
                                .setOwner("host" + writer)
                                .setAttempt(Long.toString(number)))
                        .build());
        assertThat(answer.getSwapped()).isTrue();
        answered.put(uuid, answer.getCurrent());
        enough.countDown();
      }
    } catch (StatusRuntimeException gone) {
      // What was not answered may be there or not.
    }
  }
}
