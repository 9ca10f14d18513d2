package io.xengarden.cli.cluster;

import io.xengarden.cli.text.Json;
import io.xengarden.cli.text.JsonError;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What {@code up} was asked for; kept in {@code cluster.json} while the cluster is up.
 *
 * @param array host:port where the array serves; "" before it has been started
 */
public record ClusterPlan(
    int hosts, int cpus, long memoryMib, boolean inProcess, boolean chaos, String array) {
  /** The name of the process that the hosts share. */
  public static final String ARRAY = "array";

  /** A laptop is full long before; this bounds what one mistyped number can start. */
  public static final int MAX_HOSTS = 64;

  public ClusterPlan(int hosts, int cpus, long memoryMib, boolean inProcess, boolean chaos) {
    this(hosts, cpus, memoryMib, inProcess, chaos, "");
  }

  ClusterPlan withArray(String address) {
    return new ClusterPlan(hosts, cpus, memoryMib, inProcess, chaos, address);
  }

  /** host1 … hostN. */
  public List<String> names() {
    return IntStream.rangeClosed(1, hosts).mapToObj(n -> "host" + n).toList();
  }

  Json toJson() {
    return Json.fields()
        .with("hosts", hosts)
        .with("cpus", cpus)
        .with("memoryMiB", memoryMib)
        .with("inProcess", inProcess)
        .with("chaos", chaos)
        .with("array", array);
  }

  static Optional<ClusterPlan> parse(String text) {
    try {
      if (Json.parse(text) instanceof Json.Fields fields) {
        long hosts = fields.number("hosts").orElse(0L);
        long cpus = fields.number("cpus").orElse(0L);
        long memory = fields.number("memoryMiB").orElse(0L);
        if (hosts >= 1 && hosts <= MAX_HOSTS && cpus >= 1 && cpus <= Short.MAX_VALUE) {
          return Optional.of(
              new ClusterPlan(
                  (int) hosts,
                  (int) cpus,
                  memory,
                  fields.isTrue("inProcess"),
                  fields.isTrue("chaos"),
                  fields.text("array").orElse("")));
        }
      }
    } catch (JsonError e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
