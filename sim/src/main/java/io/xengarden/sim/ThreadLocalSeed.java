package io.xengarden.sim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Akka draws actor uids (the hash codes of ActorRefs, hence the order of every set of them), system
 * uids and back-off jitter from ThreadLocalRandom, which no configuration reaches.
 */
final class ThreadLocalSeed {
  private static final VarHandle SEED = find();

  private ThreadLocalSeed() {}

  private static VarHandle find() {
    try {
      return MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
          .findVarHandle(Thread.class, "threadLocalRandomSeed", long.class);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "simulation needs --add-opens java.base/java.lang=ALL-UNNAMED on the command line", e);
    }
  }

  /** The current thread's seed; initialises it, so that a later {@link #set} stays. */
  static long get() {
    ThreadLocalRandom.current();
    return (long) SEED.get(Thread.currentThread());
  }

  static void set(long seed) {
    SEED.set(Thread.currentThread(), seed);
  }
}
