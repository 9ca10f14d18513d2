package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.BackRing;
import io.xengarden.abi.BlkifRequest;
import io.xengarden.abi.BlkifResponse;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.BlkifSegment;
import io.xengarden.abi.Domid;
import io.xengarden.abi.SharedRing;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.machine.Memory;
import java.util.ArrayDeque;
import java.util.Deque;

/** A block backend on the bench: an array of bytes behind the real ring, grants and xenstore. */
final class TestDisk implements Bench.Device {
  private final Bench bench;
  private final int devid;
  private final String front;
  private final String back;
  final byte[] image;

  /** Virtual time that a request takes. */
  long delayNs = 50_000;

  /** Answers requests whose sector is this with an error. */
  long badSector = -1;

  int writes;
  int reads;
  int flushes;
  boolean flushSupported = true;
  boolean answer = true;
  int info;
  GrantMapping ring;
  private int port;
  private int reqCons;
  private int rspProd;
  private boolean rang;
  private final Deque<Pending> pending = new ArrayDeque<>();

  private record Pending(long due, BlkifRequest request) {}

  TestDisk(Bench bench, int devid, int bytes) {
    this.bench = bench;
    this.devid = devid;
    this.image = new byte[bytes];
    this.front = Bench.HOME + "/device/vbd/" + devid;
    this.back = "/local/domain/0/backend/vbd/" + Bench.DOMID + "/" + devid;
  }

  /** The toolstack's part, and the backend's first step. */
  void attach() {
    bench.store.write(back + "/frontend", front);
    bench.store.perms(back, "n0", "r" + Bench.DOMID);
    bench.store.write(back + "/state", 2);
    bench.store.write(back + "/feature-flush-cache", flushSupported ? 1 : 0);
    bench.store.mkdir(front);
    bench.store.perms(front, "n" + Bench.DOMID, "r0");
    bench.store.write(front + "/backend-id", 0);
    bench.store.write(front + "/virtual-device", devid);
    bench.store.write(front + "/state", 1);
    bench.store.write(front + "/backend", back);
    bench.store.watch(front + "/state", this::frontendMoved);
    bench.devices.add(this);
  }

  String frontendState() {
    return bench.store.read(front + "/state").orElse("");
  }

  void state(int state) {
    bench.store.write(back + "/state", state);
  }

  String backendPath() {
    return back;
  }

  String frontendPath() {
    return front;
  }

  private void frontendMoved() {
    String mine = bench.store.read(back + "/state").orElse("");
    if (frontendState().equals("3") && mine.equals("2")) {
      connect();
    }
  }

  private void connect() {
    int gref = Integer.parseInt(bench.store.read(front + "/ring-ref").orElseThrow());
    port = Integer.parseInt(bench.store.read(front + "/event-channel").orElseThrow());
    try {
      ring = grants().map(gref, GrantAccess.Access.READ_WRITE);
    } catch (GrantRefused e) {
      throw new AssertionError(e);
    }
    reqCons = 0;
    rspProd = 0;
    bench.connect(port, () -> rang = true);
    bench.store.write(back + "/sectors", image.length / 512);
    bench.store.write(back + "/sector-size", 512);
    bench.store.write(back + "/info", info);
    state(4);
    rang = true;
  }

  private GrantAccess grants() {
    return bench.domain.xen.grants().access(Domid.DOM0);
  }

  @Override
  public boolean work() {
    boolean any = rang;
    if (rang) {
      rang = false;
      take();
    }
    while (answer && !pending.isEmpty() && pending.peek().due() <= bench.now()) {
      serve(pending.poll().request());
      any = true;
    }
    return any;
  }

  @Override
  public long nextDue() {
    return pending.isEmpty() || !answer ? Long.MAX_VALUE : pending.peek().due();
  }

  private void take() {
    Memory page = ring.page();
    do {
      while (BackRing.requestsProduced(page, 0) != reqCons) {
        BlkifRequest request = BlkifRing.readRequest(page, 0, reqCons++);
        pending.add(new Pending(bench.now() + delayNs, request));
      }
    } while (BackRing.finalCheckForRequests(page, 0, reqCons));
  }

  private void serve(BlkifRequest request) {
    int status = BlkifRing.STATUS_OKAY;
    try {
      switch (request.op()) {
        case BlkifRing.OP_READ -> reads++;
        case BlkifRing.OP_WRITE -> writes++;
        default -> flushes++;
      }
      if (request.sector() == badSector) {
        status = BlkifRing.STATUS_ERROR;
      } else if (request.op() == BlkifRing.OP_FLUSH_DISKCACHE && !flushSupported) {
        status = BlkifRing.STATUS_EOPNOTSUPP;
      } else {
        transfer(request);
      }
    } catch (GrantRefused e) {
      throw new AssertionError(e);
    }
    respond(new BlkifResponse(request.id(), request.op(), status));
  }

  void respond(BlkifResponse response) {
    BlkifRing.writeResponse(ring.page(), 0, rspProd, response);
    int before = rspProd++;
    if (BackRing.pushResponses(ring.page(), 0, before, rspProd)) {
      bench.raise(port).raise();
    }
  }

  /** Never answers a request by itself that has been taken. */
  void forget(long id) {
    pending.removeIf(request -> request.request().id() == id);
  }

  /** Says that {@code count} responses are there, whatever lies in them. */
  void produceResponses(int count) {
    ring.page().putIntRelease(SharedRing.RSP_PROD, rspProd + count);
    bench.raise(port).raise();
  }

  private void transfer(BlkifRequest request) throws GrantRefused {
    long at = request.sector() * 512;
    for (BlkifSegment segment : request.segments()) {
      int length = segment.sectorCount() * 512;
      assertThat(at + length).as("inside the disk").isLessThanOrEqualTo(image.length);
      GrantAccess.Access access =
          request.op() == BlkifRing.OP_READ
              ? GrantAccess.Access.READ_WRITE
              : GrantAccess.Access.READ_ONLY;
      try (GrantMapping mapping = grants().map(segment.gref(), access)) {
        if (request.op() == BlkifRing.OP_READ) {
          mapping.page().write(segment.firstSector() * 512L, image, (int) at, length);
        } else {
          mapping.page().read(segment.firstSector() * 512L, image, (int) at, length);
        }
      }
      at += length;
    }
  }
}
