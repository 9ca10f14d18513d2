package io.xengarden.cli.cluster;

import io.xengarden.cli.toolstack.FakeToolstack;
import java.util.List;

/** The array's side of the contract with {@code up}; it keeps nothing. */
public final class FakeArray {
  private FakeArray() {}

  public static void main(String[] args) throws Exception {
    List<String> arguments = List.of(args);
    System.err.println("array was started with " + String.join(" ", args));
    try (FakeToolstack anything = new FakeToolstack()) {
      FakeDaemon.ready(arguments, "array", anything.address());
      anything.awaitTermination();
    }
  }
}
