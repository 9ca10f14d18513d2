package io.xengarden.benchmarks;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.XenStore;
import io.xengarden.xenstore.XenStoreCommand;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reads of xenstore by dom0, of a tree as large as a hundred domains make it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StoreBenchmark {
  private static final int DOMAINS = 100;
  private static final int NODES = 40;
  private static final int BATCH = 1000;

  private final AtomicLong answers = new AtomicLong();
  private final List<StoreOp> one = List.of(new StoreOp.Read(path(DOMAINS / 2, NODES / 2)));
  private final List<StoreOp> many = new ArrayList<>();
  private Rig rig;
  private ActorRef<XenStoreCommand> store;
  private ActorRef<BatchResult> reader;

  private static String path(int domain, int node) {
    return "/local/domain/" + domain + "/device/vbd/" + node + "/state";
  }

  @Setup
  public void fill() {
    rig = new Rig();
    store = rig.spawn(XenStore.create());
    for (int domain = 0; domain < DOMAINS; domain++) {
      List<StoreOp> nodes = new ArrayList<>();
      for (int node = 0; node < NODES; node++) {
        nodes.add(new StoreOp.Write(path(domain, node), "4"));
      }
      requireDone(rig.ask(store, replyTo -> new Batch(nodes, replyTo)));
    }
    for (int i = 0; i < BATCH; i++) {
      many.add(new StoreOp.Read(path(i % DOMAINS, i % NODES)));
    }
    reader = rig.spawn(Behaviors.receiveMessage(this::onAnswer));
  }

  private akka.actor.typed.Behavior<BatchResult> onAnswer(BatchResult result) {
    requireDone(result);
    answers.setRelease(answers.getPlain() + 1);
    return Behaviors.same();
  }

  private static void requireDone(BatchResult result) {
    if (!(result instanceof BatchResult.BatchDone)) {
      throw new IllegalStateException("refused: " + result);
    }
  }

  @TearDown
  public void end() {
    rig.close();
  }

  /** A question to the actor and its answer: two messages. */
  @Benchmark
  public long askAndRead() {
    return await(one);
  }

  /** One read of many in a batch: the tree alone. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long read() {
    return await(many);
  }

  private long await(List<StoreOp> ops) {
    long next = answers.getPlain() + 1;
    store.tell(new Batch(ops, reader));
    while (answers.getAcquire() < next) {
      Thread.onSpinWait();
    }
    return next;
  }
}
