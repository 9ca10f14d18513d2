package io.xengarden.sim;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a simulation lays over an actor system's configuration, and nothing else changes. */
final class SimConfig {
  private static final String DISPATCHER =
      """
      type = Dispatcher
      executor = "%s"
      throughput = 1
      throughput-deadline-time = 0ms
      shutdown-timeout = 1s
      """
          .formatted(SimExecutor.class.getName());

  private static final String KERNEL =
      """
      akka.scheduler.implementation = "%s"
      akka.coordinated-shutdown { run-by-jvm-shutdown-hook = off, exit-jvm = off }
      akka.jvm-exit-on-fatal-error = off
      # The dead letter listener reads the wall clock.
      akka.log-dead-letters = 0
      """
          .formatted(SimScheduler.class.getName());

  /** Typed actors', and classic ones', so that no queue of Akka's takes a foreign message. */
  private static final String MAILBOXES =
      """
      akka.actor.typed.default-mailbox { mailbox-type = "%1$s", order = %2$s }
      akka.actor.default-mailbox { mailbox-type = "%1$s", order = ARRIVAL }
      """;

  /** Our modules' own dispatchers, simulated also where the module that defines them is absent. */
  private static final List<String> OURS = List.of("xengarden.io-dispatcher");

  private SimConfig() {}

  /** {@code base} with every dispatcher in it, whoever defines it, on the simulation's thread. */
  static Config over(Config base, MailboxOrder order) {
    String mailboxes = MAILBOXES.formatted(SimMailbox.class.getName(), order);
    Config overlay = ConfigFactory.parseString(KERNEL + mailboxes);
    List<String> paths = new ArrayList<>(OURS);
    collectDispatchers(base.root(), "", paths);
    Config dispatcher = ConfigFactory.parseString(DISPATCHER);
    for (String path : paths) {
      overlay = dispatcher.atPath(path).withFallback(overlay);
    }
    return overlay.withFallback(base).resolve();
  }

  private static void collectDispatchers(ConfigObject object, String path, List<String> found) {
    if (isDispatcher(object)) {
      found.add(path);
      return;
    }
    for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(object).entrySet()) {
      if (entry.getValue() instanceof ConfigObject inner) {
        String key = com.typesafe.config.ConfigUtil.quoteString(entry.getKey());
        collectDispatchers(inner, path.isEmpty() ? key : path + "." + key, found);
      }
    }
  }

  private static boolean isDispatcher(ConfigObject object) {
    ConfigValue type = object.get("type");
    return type != null
        && object.containsKey("executor")
        && String.valueOf(type.unwrapped()).endsWith("Dispatcher");
  }
}
