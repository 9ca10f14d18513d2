package io.xengarden.cli.cluster;

import java.util.List;

/** A daemon whose host2 cannot start. */
public final class FailingDaemon {
  private FailingDaemon() {}

  public static void main(String[] args) throws Exception {
    if (FakeDaemon.value(List.of(args), "--name").equals("host2")) {
      System.err.println("starting");
      System.err.println("the moon is in the wrong phase");
      System.exit(1);
    }
    FakeDaemon.main(args);
  }
}
