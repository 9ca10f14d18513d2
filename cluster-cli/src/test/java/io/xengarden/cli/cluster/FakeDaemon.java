package io.xengarden.cli.cluster;

import io.xengarden.cli.toolstack.FakeToolstack;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.GetHostInfoResponse;
import java.nio.file.Path;
import java.util.List;

/** A peer process: keeps the daemon's side of the contract with {@code up}, and nothing more. */
public final class FakeDaemon {
  private FakeDaemon() {}

  public static void main(String[] args) throws Exception {
    List<String> arguments = List.of(args);
    String name = value(arguments, "--name");
    FakeToolstack toolstack = new FakeToolstack();
    toolstack.domains.add(DomainInfo.newBuilder().setName("Domain-0").build());
    toolstack.hostInfo =
        GetHostInfoResponse.newBuilder()
            .setHost(name)
            .setCpus(Integer.parseInt(value(arguments, "--cpus")))
            .setMemoryKib(Long.parseLong(value(arguments, "--memory-mib")) * 1024)
            .build();
    HostRecord record =
        new HostRecord(name, ProcessHandle.current().pid(), toolstack.address(), "", "");
    new ClusterDirectory(Path.of(value(arguments, "--dir"))).writeRecord(record);
    System.err.println(name + " was started with " + String.join(" ", args));
    System.out.println("a stray line");
    System.out.println("READY " + record.toJson().compact());
    toolstack.awaitTermination();
  }

  static String value(List<String> arguments, String option) {
    return arguments.get(arguments.indexOf(option) + 1);
  }
}
