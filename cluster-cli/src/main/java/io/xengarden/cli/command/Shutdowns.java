package io.xengarden.cli.command;

import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.ShutdownDomainRequest;
import io.xengarden.proto.v1.ShutdownProgress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** An adapter: asks several domains at once to shut down, and follows each as far as was asked. */
public final class Shutdowns {
  /** The guest has 60 s to acknowledge; past this the host itself is not answering. */
  static final long ACKNOWLEDGE_SECONDS = 75;

  private final ShutdownDomainRequest.Kind kind;
  private final ShutdownDomainRequest.Wait wait;
  private final BiConsumer<Target, ShutdownProgress> progress;

  public Shutdowns(
      ShutdownDomainRequest.Kind kind,
      ShutdownDomainRequest.Wait wait,
      BiConsumer<Target, ShutdownProgress> progress) {
    this.kind = kind;
    this.wait = wait;
    this.progress = progress;
  }

  /** Returns what went wrong, by domain, in the order given; empty when all went well. */
  public Map<Target, ToolstackFailure> run(List<Target> targets) throws CommandFailed {
    Map<Target, ToolstackFailure> failures = new ConcurrentHashMap<>();
    List<Thread> threads = new ArrayList<>();
    for (Target target : targets) {
      threads.add(Thread.ofVirtual().start(() -> shutDown(target, failures)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(1, "interrupted");
    }
    Map<Target, ToolstackFailure> inOrder = new LinkedHashMap<>();
    for (Target target : targets) {
      if (failures.containsKey(target)) {
        inOrder.put(target, failures.get(target));
      }
    }
    return inOrder;
  }

  private void shutDown(Target target, Map<Target, ToolstackFailure> failures) {
    ShutdownDomainRequest request =
        ShutdownDomainRequest.newBuilder()
            .setDomain(target.selector())
            .setKind(kind)
            .setWait(wait)
            .build();
    boolean bounded = wait == ShutdownDomainRequest.Wait.WAIT_UNSPECIFIED;
    try {
      target.host().stream(
          bounded ? ACKNOWLEDGE_SECONDS : 0,
          stub -> stub.shutdownDomain(request),
          step -> report(target, step));
    } catch (ToolstackFailure e) {
      failures.put(target, e);
    }
  }

  private synchronized void report(Target target, ShutdownProgress step) {
    progress.accept(target, step);
  }
}
