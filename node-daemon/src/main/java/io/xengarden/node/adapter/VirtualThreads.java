package io.xengarden.node.adapter;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import com.typesafe.config.Config;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * The executor of {@code xengarden.io-dispatcher}: one virtual thread per mailbox run, for actors
 * that may block. Nothing bounds their number but the number of such actors.
 */
public final class VirtualThreads extends ExecutorServiceConfigurator {
  /** Called by Akka. */
  public VirtualThreads(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory unused) {
    return () -> Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(id + "-", 0).factory());
  }
}
