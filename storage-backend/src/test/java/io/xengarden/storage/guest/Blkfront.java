package io.xengarden.storage.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.BlkifRequest;
import io.xengarden.abi.BlkifResponse;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.BlkifSegment;
import io.xengarden.abi.FrontRing;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.SharedRing;
import io.xengarden.machine.Memory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An honest frontend: a ring page, requests with granted pages, and a check of each answer that it
 * belongs to a request and that the request's grants are free again.
 */
public final class Blkfront {
  /** An answered request; {@code data} of a read, else empty. */
  public record Answer(long id, int op, int status, byte[] data) {
    public boolean isOkay() {
      return status == BlkifRing.STATUS_OKAY;
    }
  }

  private record Outstanding(int op, int length, List<Long> pages, List<Integer> refs) {}

  private final GuestRam ram;
  private final int handle;
  private final long ringPage;
  private final long ring;
  private final int ringRef;
  private final Map<Long, Outstanding> outstanding = new LinkedHashMap<>();
  private long nextId = 1;
  private int reqProd;
  private int published;
  private int rspCons;

  public Blkfront(GuestRam ram, int handle) {
    this.ram = ram;
    this.handle = handle;
    this.ringPage = ram.takePage();
    this.ring = ringPage * Memory.PAGE_SIZE;
    SharedRing.init(ram.memory(), ring);
    this.ringRef = ram.grantToDom0(ringPage, 0);
  }

  public GuestRam ram() {
    return ram;
  }

  public int ringRef() {
    return ringRef;
  }

  /** The ring's address in the guest's memory. */
  public long ringAddress() {
    return ring;
  }

  public int reqProd() {
    return reqProd;
  }

  public int inFlight() {
    return outstanding.size();
  }

  public boolean isFull() {
    return FrontRing.freeSlots(BlkifRing.SLOTS, reqProd, rspCons) == 0;
  }

  public long read(long sector, int sectors) {
    Outstanding read = data(BlkifRing.OP_READ, new byte[sectors * BlkifRing.SECTOR_SIZE]);
    return put(read, sector, segments(read));
  }

  public long write(long sector, byte[] bytes) {
    return put(BlkifRing.OP_WRITE, sector, bytes);
  }

  public long barrier(long sector, byte[] bytes) {
    return put(BlkifRing.OP_WRITE_BARRIER, sector, bytes);
  }

  public long flush() {
    return put(BlkifRing.OP_FLUSH_DISKCACHE, 0, new byte[0]);
  }

  public long put(int op, long sector, byte[] bytes) {
    Outstanding request = data(op, bytes);
    return put(request, sector, segments(request));
  }

  /** A request as it stands, its grants the caller's. */
  public long put(int op, long sector, List<BlkifSegment> segments) {
    return put(new Outstanding(op, 0, List.of(), List.of()), sector, segments);
  }

  private long put(Outstanding request, long sector, List<BlkifSegment> segments) {
    long id = nextId++;
    putRaw(new BlkifRequest(request.op(), handle, id, sector, segments));
    outstanding.put(id, request);
    return id;
  }

  /** A request that need not be one. */
  public void putRaw(BlkifRequest request) {
    BlkifRing.writeRequest(ram.memory(), ring, reqProd, request);
    reqProd++;
  }

  /** Says that an answer to a raw request is expected. */
  public void expect(long id, int op) {
    outstanding.put(id, new Outstanding(op, 0, List.of(), List.of()));
  }

  /** Publishes what was put; whether the backend must be told. */
  public boolean push() {
    int before = published;
    published = reqProd;
    return FrontRing.pushRequests(ram.memory(), ring, before, reqProd);
  }

  private Outstanding data(int op, byte[] bytes) {
    List<Long> pages = new ArrayList<>();
    List<Integer> refs = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += Memory.PAGE_SIZE) {
      long page = ram.takePage();
      int length = Math.min(Memory.PAGE_SIZE, bytes.length - at);
      ram.memory().write(page * Memory.PAGE_SIZE, bytes, at, length);
      pages.add(page);
      refs.add(ram.grantToDom0(page, op == BlkifRing.OP_READ ? 0 : GrantEntry.READONLY));
    }
    return new Outstanding(op, bytes.length, pages, refs);
  }

  private static List<BlkifSegment> segments(Outstanding request) {
    List<BlkifSegment> segments = new ArrayList<>();
    int left = request.length() / BlkifRing.SECTOR_SIZE;
    for (int ref : request.refs()) {
      int sectors = Math.min(left, BlkifRing.SECTORS_PER_PAGE);
      segments.add(new BlkifSegment(ref, 0, sectors - 1));
      left -= sectors;
    }
    return segments;
  }

  /** Takes all answers, as a guest does on an event; none is left unseen. */
  public List<Answer> poll() {
    List<Answer> answers = new ArrayList<>();
    do {
      int count = FrontRing.unconsumedResponses(ram.memory(), ring, rspCons, outstanding.size());
      for (int i = 0; i < count; i++) {
        answers.add(take(BlkifRing.readResponse(ram.memory(), ring, rspCons)));
        rspCons++;
      }
    } while (FrontRing.finalCheckForResponses(ram.memory(), ring, rspCons));
    return answers;
  }

  private Answer take(BlkifResponse response) {
    Outstanding request = outstanding.remove(response.id());
    assertThat(request).as("the answer %s is to a request", response).isNotNull();
    assertThat(response.op()).as("operation of %s", response).isEqualTo(request.op());
    byte[] bytes = new byte[request.op() == BlkifRing.OP_READ ? request.length() : 0];
    for (int at = 0, i = 0; at < bytes.length; at += Memory.PAGE_SIZE, i++) {
      int length = Math.min(Memory.PAGE_SIZE, bytes.length - at);
      ram.memory().read(request.pages().get(i) * Memory.PAGE_SIZE, bytes, at, length);
    }
    giveBack(request);
    return new Answer(response.id(), response.op(), response.status(), bytes);
  }

  private void giveBack(Outstanding request) {
    for (int ref : request.refs()) {
      assertThat(ram.endAccess(ref)).as("grant %s is free when answered", ref).isTrue();
    }
    request.pages().forEach(ram::givePage);
  }

  /** After the backend has let go of the ring: what it did not answer is forgotten. */
  public void close() {
    outstanding.values().forEach(this::giveBack);
    outstanding.clear();
    assertThat(ram.endAccess(ringRef)).as("the ring is unmapped").isTrue();
    ram.givePage(ringPage);
  }
}
