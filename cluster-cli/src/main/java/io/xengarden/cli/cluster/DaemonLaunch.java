package io.xengarden.cli.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * One JVM to start.
 *
 * @param names the array or hosts that it will report, in no order
 * @param log whose folder holds its log
 */
record DaemonLaunch(List<String> names, String log, String main, List<String> arguments) {
  /** The array prefers this port, host N this plus N; when it is taken, another is used. */
  static final int GRPC_BASE_PORT = 7650;

  /** Hosts know the array by its address: once it has one, it must come back there. */
  static DaemonLaunch array(Daemons daemons, ClusterDirectory directory, ClusterPlan plan) {
    List<String> arguments =
        new ArrayList<>(List.of("--dir", directory.path().toString(), "--grpc-port"));
    if (plan.array().isEmpty()) {
      arguments.add(Integer.toString(GRPC_BASE_PORT));
    } else {
      arguments.add(plan.array().substring(plan.array().lastIndexOf(':') + 1));
      arguments.add("--same-port");
    }
    return one(ClusterPlan.ARRAY, daemons.array(), arguments);
  }

  static DaemonLaunch host(
      Daemons daemons, ClusterDirectory directory, ClusterPlan plan, String host) {
    int number = Integer.parseInt(host.substring("host".length()));
    List<String> arguments =
        new ArrayList<>(List.of("--dir", directory.path().toString(), "--name", host));
    arguments.addAll(machine(plan, GRPC_BASE_PORT + number));
    arguments.addAll(List.of("--array", plan.array()));
    if (plan.chaos()) {
      arguments.add("--chaos");
    }
    return one(host, daemons.host(), arguments);
  }

  static DaemonLaunch all(Daemons daemons, ClusterDirectory directory, ClusterPlan plan) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--dir", directory.path().toString(), "--hosts", Integer.toString(plan.hosts())));
    arguments.addAll(machine(plan, GRPC_BASE_PORT));
    List<String> names = new ArrayList<>(List.of(ClusterPlan.ARRAY));
    names.addAll(plan.names());
    return new DaemonLaunch(names, plan.names().getFirst(), daemons.all(), arguments);
  }

  private static List<String> machine(ClusterPlan plan, int port) {
    return List.of(
        "--cpus", Integer.toString(plan.cpus()),
        "--memory-mib", Long.toString(plan.memoryMib()),
        "--grpc-port", Integer.toString(port));
  }

  private static DaemonLaunch one(String name, String main, List<String> arguments) {
    return new DaemonLaunch(List.of(name), name, main, arguments);
  }
}
