package io.xengarden.cli.cluster;

import io.xengarden.cli.toolstack.FakeToolstack;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.GetHostInfoResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A peer process: keeps the daemon's side of the contract with {@code up}, and nothing more. */
public final class FakeDaemon {
  private FakeDaemon() {}

  public static void main(String[] args) throws Exception {
    List<String> arguments = List.of(args);
    System.out.println("a stray line");
    System.err.println(value(arguments, "--name") + " was started with " + String.join(" ", args));
    start(arguments, value(arguments, "--name")).awaitTermination();
  }

  static FakeToolstack start(List<String> arguments, String name) throws IOException {
    FakeToolstack toolstack = new FakeToolstack();
    toolstack.domains.add(DomainInfo.newBuilder().setName("Domain-0").build());
    toolstack.hostInfo =
        GetHostInfoResponse.newBuilder()
            .setHost(name)
            .setCpus(Integer.parseInt(value(arguments, "--cpus")))
            .setMemoryKib(Long.parseLong(value(arguments, "--memory-mib")) * 1024)
            .build();
    ready(arguments, name, toolstack.address());
    return toolstack;
  }

  static void ready(List<String> arguments, String name, String address) throws IOException {
    HostRecord record = new HostRecord(name, ProcessHandle.current().pid(), address, "", "");
    new ClusterDirectory(Path.of(value(arguments, "--dir"))).writeRecord(record);
    System.out.println("READY " + record.toJson().compact());
  }

  static String value(List<String> arguments, String option) {
    return arguments.get(arguments.indexOf(option) + 1);
  }
}
