package io.xengarden.sim;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import com.typesafe.config.Config;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** A dispatcher's executor that hands everything to the simulation; named in the configuration. */
public final class SimExecutor extends ExecutorServiceConfigurator {
  private final Simulation simulation;

  /** Called by Akka for each dispatcher. */
  public SimExecutor(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
    this.simulation = Simulation.of(prerequisites.scheduler());
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
    return () -> new Steps(simulation);
  }

  /** Ends at once when asked to: nothing of it runs between two steps. */
  private static final class Steps extends AbstractExecutorService {
    private final Simulation simulation;
    private boolean shutdown;

    Steps(Simulation simulation) {
      this.simulation = simulation;
    }

    @Override
    public void execute(Runnable task) {
      if (shutdown) {
        throw new RejectedExecutionException("the dispatcher was shut down");
      }
      simulation.execute(task);
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown = true;
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return shutdown;
    }
  }
}
