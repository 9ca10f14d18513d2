package io.xengarden.sim;

import akka.actor.Cancellable;
import akka.actor.Scheduler;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import scala.Function0;
import scala.concurrent.BlockContext;
import scala.concurrent.CanAwait;

/**
 * One run under a seed: any number of actor systems on the thread that created the simulation, in
 * virtual time. A step is one task: one message to one actor, one timer, one callback; the seed
 * chooses which of the ready ones is next, and time moves only when none is ready.
 *
 * <p>Nothing happens but inside {@link #run}, {@link #runUntil} and {@link #runUntilIdle}. Any
 * other thread that reaches for an actor of the run is refused and recorded, and the run fails: at
 * the next step, and again in {@link #close}.
 */
public final class Simulation implements Executor, AutoCloseable {
  /** More steps than this without time moving is a livelock. */
  public static final long MAX_STEPS_AT_ONE_INSTANT = 10_000_000;

  /** How long, in virtual time, all actor systems together may take to end. */
  public static final Duration TERMINATION_LIMIT = Duration.ofMinutes(5);

  /** Akka creates its scheduler by name; this tells the scheduler whose it is. */
  private static final ScopedValue<Simulation> CREATING = ScopedValue.newInstance();

  private static final Object DRIVER = new Object();

  private final long seed;
  private final MailboxOrder mailboxOrder;
  private final RandomGenerator choices;
  private final RandomGenerator random;
  private final long outerThreadSeed = ThreadLocalSeed.get();
  private final Violations violations = new Violations();
  private final ReadyQueue ready = new ReadyQueue();
  private final Timeline timeline = new Timeline();
  private final Trail trail = new Trail();
  private final List<ActorSystem<?>> systems = new ArrayList<>();
  private Object currentStep = DRIVER;
  private boolean closed;
  private long now;
  private long steps;
  private long stepsAtThisInstant;
  private long timers;
  private long fingerprint;

  /** A run in which mailboxes keep the order of arrival. */
  public Simulation(long seed) {
    this(seed, MailboxOrder.ARRIVAL);
  }

  public Simulation(long seed, MailboxOrder mailboxOrder) {
    this.seed = seed;
    this.mailboxOrder = mailboxOrder;
    this.choices = random("order of steps");
    this.random = random("");
    this.fingerprint = Mix.mix(seed);
    ThreadLocalSeed.set(Mix.mix(seed + 1));
  }

  public long seed() {
    return seed;
  }

  /** Virtual nanoseconds since the run began. {@code simulation::nanos} is a host's clock. */
  public long nanos() {
    return now;
  }

  public Duration elapsed() {
    return Duration.ofNanos(now);
  }

  /** The run's source of chance. */
  public RandomGenerator random() {
    return random;
  }

  /** An independent source: a use added elsewhere does not shift what this one yields. */
  public RandomGenerator random(String purpose) {
    return new SplittableRandom(Mix.mix(Mix.mix(seed) + purpose.hashCode()));
  }

  /** Steps taken. */
  public long steps() {
    return steps;
  }

  /**
   * A hash over what ran when and out of how many, and over what {@link #record} was told. Two runs
   * of one seed that differ in it were not deterministic.
   */
  public long fingerprint() {
    return fingerprint;
  }

  /** Makes an outcome part of the fingerprint: console output, a file's hash, an order seen. */
  public void record(String fact) {
    record((long) fact.hashCode());
  }

  public void record(long fact) {
    fingerprint = Mix.mix(fingerprint ^ Mix.mix(fact));
  }

  /** An actor system on this run's thread and clock, configured as the class path says. */
  public <T> ActorSystem<T> createSystem(Behavior<T> guardian, String name) {
    return createSystem(guardian, name, ConfigFactory.empty());
  }

  /** As above, with {@code overlay} before the class path's configuration. */
  public <T> ActorSystem<T> createSystem(Behavior<T> guardian, String name, Config overlay) {
    refuseForeignThread("the creation of " + name);
    refuseWhenClosed();
    Config config = SimConfig.over(overlay.withFallback(ConfigFactory.load()), mailboxOrder);
    ActorSystem<T> system =
        ScopedValue.where(CREATING, this)
            .call(() -> pumping(() -> ActorSystem.create(guardian, name, config)));
    systems.add(system);
    return system;
  }

  /**
   * Starting waits for actors it has started: they get their steps instead of a sleeping thread.
   */
  private <T> T pumping(Function0<T> body) {
    BlockContext pump =
        new BlockContext() {
          @Override
          public <R> R blockOn(Function0<R> wait, CanAwait permission) {
            while (ready.size() > 0) {
              step(now);
            }
            return wait.apply();
          }
        };
    return BlockContext.withBlockContext(pump, body);
  }

  /** Runs a task as a step of its own, in an order that the seed chooses. Never inline. */
  @Override
  public void execute(Runnable task) {
    refuseForeignThread("a task");
    refuseWhenClosed();
    ready.add(task);
  }

  /** Runs a task as a step after a delay: a simulated link or disk. */
  public Cancellable schedule(Duration delay, Runnable task) {
    return schedule(delay.toNanos(), new VirtualTimer.Task(this, task, this::execute, 0));
  }

  Cancellable schedule(long delayNanos, VirtualTimer.Task task) {
    refuseForeignThread("a timer");
    refuseWhenClosed();
    long at = saturatedAdd(now, Math.max(0, delayNanos));
    VirtualTimer timer = new VirtualTimer(timeline, task, at, timers++);
    timeline.add(timer);
    return timer;
  }

  List<VirtualTimer> removeTimersOf(Object owner) {
    return timeline.remove(timer -> timer.task().owner() == owner);
  }

  /** Lets {@code duration} pass. */
  public void run(Duration duration) {
    runUntil(() -> false, duration);
  }

  /**
   * Runs until {@code condition} holds, asked after every step, or {@code limit} has passed.
   *
   * @return whether it holds
   */
  public boolean runUntil(BooleanSupplier condition, Duration limit) {
    refuseInsideStep();
    long deadline = saturatedAdd(now, limit.toNanos());
    while (!condition.getAsBoolean()) {
      if (!step(deadline)) {
        moveTo(deadline);
        violations.awaitCommonPool();
        violations.failIfAny(this);
        return condition.getAsBoolean();
      }
      violations.failIfAny(this);
    }
    return true;
  }

  /** Runs until nothing is ready at the present instant; time does not move. */
  public void runUntilIdle() {
    refuseInsideStep();
    while (step(now)) {
      violations.failIfAny(this);
    }
    violations.awaitCommonPool();
    violations.failIfAny(this);
  }

  private boolean step(long deadline) {
    if (ready.size() == 0 && !fireNext(deadline)) {
      return false;
    }
    int size = ready.size();
    int choice = size == 1 ? 0 : choices.nextInt(size);
    Runnable task = ready.take(choice);
    countStep(choice, size);
    Object outer = currentStep;
    currentStep = task;
    try {
      task.run();
    } finally {
      currentStep = outer;
    }
    return true;
  }

  private void countStep(int choice, int size) {
    steps++;
    if (++stepsAtThisInstant > MAX_STEPS_AT_ONE_INSTANT) {
      throw new SimulationFailed("livelock: time stands still at " + elapsed() + where());
    }
    fingerprint = Mix.mix(fingerprint ^ now ^ ((long) choice << 40) ^ ((long) size << 20));
    trail.add(steps, now, fingerprint);
    ThreadLocalSeed.set(Mix.mix(Mix.mix(seed ^ now) + steps));
  }

  /** Moves to the next instant at which something is due, and makes all of that ready. */
  private boolean fireNext(long deadline) {
    while (ready.size() == 0) {
      long next = timeline.nextAt();
      if (next > deadline || next == Long.MAX_VALUE) {
        return false;
      }
      moveTo(next);
      for (VirtualTimer due = timeline.pollDue(now); due != null; due = timeline.pollDue(now)) {
        due.fire();
      }
    }
    return true;
  }

  private void moveTo(long instant) {
    if (instant > now) {
      now = instant;
      stepsAtThisInstant = 0;
    }
  }

  /** A choice between {@code count} possibilities that becomes part of the fingerprint. */
  int choose(int count) {
    int chosen = choices.nextInt(count);
    record(((long) count << 32) | chosen);
    return chosen;
  }

  /** What runs now, as an identity: a step's task, or the driving test itself. */
  Object currentStep() {
    return currentStep;
  }

  Trail trail() {
    return trail;
  }

  /** What foreign threads did so far; empty in a sound run. */
  public List<String> violations() {
    return violations.list();
  }

  /**
   * Ends all actor systems, in virtual time, and the run.
   *
   * @throws SimulationFailed if the run used foreign threads, or leaves a system or a thread behind
   */
  @Override
  public void close() {
    refuseForeignThread("the end of the run");
    if (closed) {
      return;
    }
    try {
      violations.awaitCommonPool();
      terminateSystems();
      violations.awaitThreads();
    } finally {
      closed = true;
      ThreadLocalSeed.set(outerThreadSeed);
    }
    violations.failIfAny(this);
  }

  private void terminateSystems() {
    systems.forEach(ActorSystem::terminate);
    long deadline = saturatedAdd(now, TERMINATION_LIMIT.toNanos());
    boolean more = true;
    while (more && !systems.stream().allMatch(Simulation::isTerminated)) {
      more = step(deadline);
    }
    for (ActorSystem<?> system : systems) {
      if (!isTerminated(system)) {
        violations.add("actor system " + system.name() + " does not end");
      }
    }
  }

  private static boolean isTerminated(ActorSystem<?> system) {
    return system.whenTerminated().isCompleted();
  }

  void refuseForeignThread(String what) {
    if (!violations.isDriver()) {
      violations.addForeign(what);
      // Not RejectedExecutionException: Akka would try again, and log it through another actor.
      throw new IllegalStateException(what + " from a thread foreign to the simulation");
    }
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw new IllegalStateException("the simulation is over");
    }
  }

  private void refuseInsideStep() {
    refuseForeignThread("running");
    refuseWhenClosed();
    if (currentStep != DRIVER) {
      throw new IllegalStateException("a step cannot run the simulation");
    }
  }

  /** " (seed …)": where a run is, for messages. */
  String where() {
    return " (seed %d, step %d, at %s, fingerprint %016x)"
        .formatted(seed, steps, elapsed(), fingerprint);
  }

  /** The simulation whose scheduler this is. */
  static Simulation of(Scheduler scheduler) {
    if (scheduler instanceof SimScheduler simulated) {
      return simulated.simulation();
    }
    throw new IllegalStateException(scheduler + " is not simulated");
  }

  static Simulation creating() {
    return CREATING.get();
  }

  private static long saturatedAdd(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }
}
