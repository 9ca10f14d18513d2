package io.xengarden.domain.pebble;

import io.xengarden.abi.BackRing;
import io.xengarden.abi.Domid;
import io.xengarden.abi.NetifRing;
import io.xengarden.abi.NetifRing.RxRequest;
import io.xengarden.abi.NetifRing.RxResponse;
import io.xengarden.abi.NetifRing.TxRequest;
import io.xengarden.abi.NetifRing.TxResponse;
import io.xengarden.abi.SharedRing;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.machine.Memory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** A network backend on the bench: frames that the guest sends are kept, and handed to a peer. */
final class TestVif implements Bench.Device {
  static final String MAC = "00:16:3e:00:00:01";

  private final Bench bench;
  private final String front;
  private final String back;

  /** What the guest has sent. */
  final List<byte[]> sent = new ArrayList<>();

  /** Who hears what the guest sends. */
  Consumer<byte[]> peer = frame -> {};

  String mac = MAC;
  private final Deque<byte[]> toGuest = new ArrayDeque<>();
  private GrantMapping tx;
  GrantMapping rx;
  int port;
  private int txCons;
  private int txProd;
  private int rxCons;
  private int rxProd;
  private boolean rang;

  TestVif(Bench bench, int devid) {
    this.bench = bench;
    this.front = Bench.HOME + "/device/vif/" + devid;
    this.back = "/local/domain/0/backend/vif/" + Bench.DOMID + "/" + devid;
  }

  /** The toolstack's part, and the backend's first step. */
  TestVif attach() {
    bench.store.write(back + "/frontend", front);
    bench.store.perms(back, "n0", "r" + Bench.DOMID);
    bench.store.write(back + "/state", 2);
    bench.store.mkdir(front);
    bench.store.perms(front, "n" + Bench.DOMID, "r0");
    bench.store.write(front + "/backend-id", 0);
    bench.store.write(front + "/handle", 0);
    bench.store.write(front + "/mac", mac);
    bench.store.write(front + "/mtu", 1400);
    bench.store.write(front + "/state", 1);
    bench.store.write(front + "/backend", back);
    bench.store.watch(front + "/state", this::frontendMoved);
    bench.devices.add(this);
    return this;
  }

  void state(int state) {
    bench.store.write(back + "/state", state);
  }

  String frontend(String node) {
    return bench.store.read(front + "/" + node).orElse("");
  }

  String frontendPath() {
    return front;
  }

  private void frontendMoved() {
    boolean waiting = bench.store.read(back + "/state").orElse("").equals("2");
    if (frontend("state").equals("3") && waiting) {
      connect();
    }
  }

  private void connect() {
    tx = map("tx-ring-ref");
    rx = map("rx-ring-ref");
    port = Integer.parseInt(frontend("event-channel"));
    bench.connect(port, () -> rang = true);
    state(4);
    rang = true;
  }

  private GrantMapping map(String node) {
    return access(Integer.parseInt(frontend(node)), GrantAccess.Access.READ_WRITE);
  }

  private GrantMapping access(int gref, GrantAccess.Access access) {
    try {
      return bench.domain.xen.grants().access(Domid.DOM0).map(gref, access);
    } catch (GrantRefused e) {
      throw new AssertionError("grant " + gref, e);
    }
  }

  /** A frame for the guest, as soon as it offers a buffer. */
  void send(byte[] frame) {
    toGuest.add(frame);
    rang = true;
  }

  @Override
  public boolean work() {
    boolean any = rang && tx != null;
    if (any) {
      rang = false;
      takeSent();
      giveReceived();
    }
    return any;
  }

  private void takeSent() {
    Memory ring = tx.page();
    do {
      while (BackRing.requestsProduced(ring, 0) != txCons) {
        TxRequest request = NetifRing.readTxRequest(ring, 0, txCons++);
        byte[] frame;
        try (GrantMapping page = access(request.gref(), GrantAccess.Access.READ_ONLY)) {
          frame = page.page().read(request.offset(), request.size());
        }
        NetifRing.writeTxResponse(ring, 0, txProd, new TxResponse(request.id(), 0));
        push(ring, txProd, ++txProd);
        sent.add(frame);
        peer.accept(frame);
      }
    } while (BackRing.finalCheckForRequests(ring, 0, txCons));
  }

  private void giveReceived() {
    Memory ring = rx.page();
    while (!toGuest.isEmpty() && BackRing.requestsProduced(ring, 0) != rxCons) {
      RxRequest request = NetifRing.readRxRequest(ring, 0, rxCons++);
      byte[] frame = toGuest.remove();
      try (GrantMapping page = access(request.gref(), GrantAccess.Access.READ_WRITE)) {
        page.page().write(0, frame);
      }
      respond(new RxResponse(request.id(), 0, 0, frame.length));
    }
    if (toGuest.isEmpty() || !BackRing.finalCheckForRequests(ring, 0, rxCons)) {
      return;
    }
    rang = true;
  }

  /** Any answer on the receive ring. */
  void respond(RxResponse response) {
    NetifRing.writeRxResponse(rx.page(), 0, rxProd, response);
    push(rx.page(), rxProd, ++rxProd);
  }

  /** Says that {@code count} answers are there, whatever lies in them. */
  void claim(GrantMapping ring, int count) {
    ring.page().putIntRelease(SharedRing.RSP_PROD, count);
    bench.raise(port).raise();
  }

  private void push(Memory ring, int from, int to) {
    if (BackRing.pushResponses(ring, 0, from, to)) {
      bench.raise(port).raise();
    }
  }

  /** Another host on this net, which answers ARP and echo requests for its address. */
  static Consumer<byte[]> host(TestVif vif, int lastOctet) {
    byte[] mac = {0, 0x16, 0x3e, 0, 0, (byte) lastOctet};
    return frame -> {
      boolean arp = frame[12] == 8 && frame[13] == 6 && frame[21] == 1;
      boolean forIt = arp ? frame[41] == lastOctet : frame[33] == lastOctet;
      if (arp && forIt) {
        byte[] answer = Arrays.copyOf(frame, 42);
        System.arraycopy(frame, 6, answer, 0, 6);
        System.arraycopy(mac, 0, answer, 6, 6);
        answer[21] = 2;
        System.arraycopy(frame, 22, answer, 32, 10);
        System.arraycopy(mac, 0, answer, 22, 6);
        System.arraycopy(frame, 38, answer, 28, 4);
        vif.send(answer);
      } else if (!arp && forIt && frame[12] == 8 && frame[13] == 0 && frame[34] == 8) {
        byte[] answer = frame.clone();
        System.arraycopy(frame, 6, answer, 0, 6);
        System.arraycopy(frame, 0, answer, 6, 6);
        System.arraycopy(frame, 26, answer, 30, 4);
        System.arraycopy(frame, 30, answer, 26, 4);
        answer[34] = 0;
        int sum = ((frame[36] & 0xff) << 8 | frame[37] & 0xff) + 0x0800;
        sum = (sum & 0xffff) + (sum >>> 16);
        answer[36] = (byte) (sum >>> 8);
        answer[37] = (byte) sum;
        vif.send(answer);
      }
    };
  }
}
