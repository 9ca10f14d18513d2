package io.xengarden.cli.cluster;

import io.xengarden.cli.toolstack.FakeToolstack;
import java.util.List;

/** The array and every host in one process. */
public final class FakeCluster {
  private FakeCluster() {}

  public static void main(String[] args) throws Exception {
    List<String> arguments = List.of(args);
    int hosts = Integer.parseInt(FakeDaemon.value(arguments, "--hosts"));
    for (int host = hosts; host >= 1; host--) {
      FakeDaemon.start(arguments, "host" + host);
    }
    try (FakeToolstack anything = new FakeToolstack()) {
      FakeDaemon.ready(arguments, "array", anything.address());
      anything.awaitTermination();
    }
  }
}
