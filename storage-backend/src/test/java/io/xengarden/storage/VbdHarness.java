package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import com.sun.management.OperatingSystemMXBean;
import io.xengarden.abi.BlkifRequest;
import io.xengarden.abi.BlkifResponse;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.BlkifSegment;
import io.xengarden.abi.FrontRing;
import io.xengarden.abi.SharedRing;
import io.xengarden.abi.XenbusState;
import io.xengarden.hypervisor.Hypervisor;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.AttachDomain;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreated;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.Memory;
import io.xengarden.storage.adapter.FileBlockImages;
import io.xengarden.storage.guest.GuestRam;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.StoreOp.Write;
import io.xengarden.xenstore.XenStore;
import io.xengarden.xenstore.XenStoreCommand;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Measures one disk through production's actors: frontend, event, {@link VbdBackend}, ring, grants,
 * file, and back. Arguments: an existing file of some hundred MiB, seconds per figure. It prints
 * operations per second and CPU microseconds per operation; the file is read once before, so that
 * the page cache answers.
 */
public final class VbdHarness {
  private static final int XVDA = 51712;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private record Load(String name, int op, int sectors, int depth) {}

  private final Path file;
  private final HostMemory memory = HostMemory.ofFrames(1 << 16);
  private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "harness");
  private final ActorRef<HypervisorCommand> hypervisor =
      spawn(
          Hypervisor.create(new Hypervisor.HostResources(memory, 2, 256), System::nanoTime), "xen");
  private final ActorRef<XenStoreCommand> store = spawn(XenStore.create(), "store");

  private VbdHarness(Path file) {
    this.file = file;
  }

  public static void main(String[] args) throws Exception {
    VbdHarness harness = new VbdHarness(Path.of(args[0]).toAbsolutePath());
    Duration each = Duration.ofSeconds(Long.parseLong(args[1]));
    try {
      harness.measureAll(each);
    } finally {
      harness.system.terminate();
    }
  }

  private void measureAll(Duration each) throws Exception {
    Files.copy(file, java.io.OutputStream.nullOutputStream());
    Driver driver = connect();
    List<Load> loads =
        List.of(
            new Load("4 KiB read, depth 1", BlkifRing.OP_READ, 8, 1),
            new Load("4 KiB read, depth 32", BlkifRing.OP_READ, 8, 32),
            new Load("4 KiB write, depth 1", BlkifRing.OP_WRITE, 8, 1),
            new Load("4 KiB write, depth 32", BlkifRing.OP_WRITE, 8, 32),
            new Load("44 KiB read, depth 32", BlkifRing.OP_READ, 88, 32));
    driver.measure(loads.get(1), each); // warms up
    driver.measure(loads.get(0), each);
    for (Load load : loads) {
      System.out.println(driver.measure(load, each));
    }
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    return system.systemActorOf(behavior, name, akka.actor.typed.Props.empty());
  }

  private <Q, R> R ask(ActorRef<Q> whom, Function<ActorRef<R>, Q> question) throws Exception {
    return AskPattern.<Q, R>ask(whom, question::apply, LIMIT, system.scheduler())
        .toCompletableFuture()
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private void write(StoreOp... ops) throws Exception {
    this.<XenStoreCommand, BatchResult>ask(store, to -> new Batch(List.of(ops), to));
  }

  private void await(String path, String value) throws Exception {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end) {
      BatchResult read = ask(store, to -> new Batch(List.of(new StoreOp.ReadIfPresent(path)), to));
      if (((BatchDone) read).text(0).orElse("").equals(value)) {
        return;
      }
      Thread.onSpinWait();
    }
    throw new IllegalStateException(path + " does not become " + value);
  }

  private Driver connect() throws Exception {
    DomainSpec spec =
        new DomainSpec(new UUID(1, 1), GuestRam.PAGES, GuestRam.PAGES, 1, 64, OptionalInt.empty());
    DomainCreation made = ask(hypervisor, to -> new CreateDomain(spec, to));
    SimGuest guest = new SimGuest(((DomainCreated) made).domain(), hypervisor);
    String fe = "/local/domain/1/device/vbd/" + XVDA;
    String be = "/local/domain/0/backend/vbd/1/" + XVDA;
    write(
        new Write(fe + "/state", 1),
        new Write(be + "/frontend", fe),
        new Write(be + "/params", file.toString()),
        new Write(be + "/mode", "w"),
        new Write(be + "/online", 1),
        new Write(be + "/state", 1));
    Driver driver = new Driver(guest);
    hypervisor.tell(new AttachDomain(guest.domid(), spawn(guest.behavior(), "guest")));
    spawn(
        VbdBackend.create(
            new VbdSetup(guest.domid(), XVDA, be, hypervisor, store, new FileBlockImages())),
        "vbd");
    await(be + "/state", "2");
    write(
        new Write(fe + "/ring-ref", driver.ringRef),
        new Write(fe + "/event-channel", driver.port),
        new Write(fe + "/state", XenbusState.INITIALISED.number()));
    await(be + "/state", "4");
    driver.sectors = Files.size(file) / 512;
    return driver;
  }

  /** A frontend that always has as many requests under way as it is told; runs in the guest. */
  private static final class Driver {
    private final SimGuest guest;
    private final Memory memory;
    private final long ring;
    private final int ringRef;
    private final int port;
    private final SplittableRandom random = new SplittableRandom(1);
    private final int[][] refs = new int[BlkifRing.SLOTS][BlkifRing.MAX_SEGMENTS];
    private long sectors;
    private Load load;
    private int reqProd;
    private int rspCons;
    private long done;
    private long until;
    private CompletableFuture<Long> idle;

    Driver(SimGuest guest) {
      this.guest = guest;
      this.memory = guest.ram.memory();
      long page = guest.ram.takePage();
      this.ring = page * Memory.PAGE_SIZE;
      SharedRing.init(memory, ring);
      this.ringRef = guest.ram.grantToDom0(page, 0);
      this.port = guest.port(this::onEvent);
      for (int[] slot : refs) {
        for (int i = 0; i < slot.length; i++) {
          slot[i] = guest.ram.grantToDom0(guest.ram.takePage(), 0);
        }
      }
    }

    String measure(Load newLoad, Duration time) throws Exception {
      OperatingSystemMXBean os =
          (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long cpu = os.getProcessCpuTime();
      long start = System.nanoTime();
      idle = new CompletableFuture<>();
      done = 0;
      load = newLoad;
      until = start + time.toNanos();
      guest.xen.inbox().raise(port); // the guest's thread begins
      long operations = idle.get();
      double seconds = (System.nanoTime() - start) / 1e9;
      return String.format(
          "%-24s %8.0f/s  %6.1f MB/s  %6.2f us CPU each",
          newLoad.name(),
          operations / seconds,
          operations * newLoad.sectors() * 512 / seconds / 1e6,
          (os.getProcessCpuTime() - cpu) / 1e3 / operations);
    }

    private void onEvent() {
      do {
        int count = FrontRing.unconsumedResponses(memory, ring, rspCons, reqProd - rspCons);
        for (int i = 0; i < count; i++) {
          BlkifResponse response = BlkifRing.readResponse(memory, ring, rspCons++);
          if (response.status() != BlkifRing.STATUS_OKAY) {
            throw new IllegalStateException(response.toString());
          }
          done++;
        }
      } while (FrontRing.finalCheckForResponses(memory, ring, rspCons));
      if (System.nanoTime() < until) {
        putMore();
      } else if (reqProd == rspCons) {
        idle.complete(done);
      }
    }

    private void putMore() {
      int before = reqProd;
      while (reqProd - rspCons < load.depth()) {
        int pages = (load.sectors() + 7) / 8;
        BlkifSegment[] segments = new BlkifSegment[pages];
        for (int i = 0; i < pages; i++) {
          segments[i] = new BlkifSegment(refs[reqProd & 31][i], 0, 7);
        }
        long sector = random.nextLong((sectors - load.sectors()) / 8) * 8;
        BlkifRing.writeRequest(
            memory,
            ring,
            reqProd,
            new BlkifRequest(load.op(), XVDA & 0xffff, reqProd, sector, List.of(segments)));
        reqProd++;
      }
      if (FrontRing.pushRequests(memory, ring, before, reqProd)) {
        guest.send(port);
      }
    }
  }
}
