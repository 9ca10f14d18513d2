package io.xengarden.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenbusState;
import io.xengarden.storage.guest.Blkfront;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.StoreOp.Remove;
import io.xengarden.xenstore.StoreOp.SetPerms;
import io.xengarden.xenstore.StoreOp.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One device in a simulation: the toolstack's part, and the guest's with its frontend. */
final class SimVbd {
  static final Duration LIMIT = Duration.ofSeconds(30);

  final SimGuest guest;
  final int devid;
  final List<Blkfront.Answer> answers = new ArrayList<>();
  Blkfront front;
  int port;

  /** What the guest does on each event, after it has taken the answers. */
  Runnable onEvent = () -> {};

  private final SimHost host;

  SimVbd(SimHost host, SimGuest guest, int devid) {
    this.host = host;
    this.guest = guest;
    this.devid = devid;
  }

  String backendPath() {
    return "/local/domain/0/backend/vbd/" + guest.domid() + "/" + devid;
  }

  String frontendPath() {
    return "/local/domain/" + guest.domid() + "/device/vbd/" + devid;
  }

  // ---- the toolstack ----

  void writeNodes(String target, String mode) {
    String be = backendPath();
    String fe = frontendPath();
    String guestsOwn = "n" + guest.domid();
    host.write(
        new Write(fe, ""),
        new SetPerms(fe, guestsOwn, "r0"),
        new Write(fe + "/backend", be),
        new Write(fe + "/backend-id", "0"),
        new Write(fe + "/state", "1"),
        new Write(be + "/frontend", fe),
        new SetPerms(be, "n0", "r" + guest.domid()),
        new Write(be + "/frontend-id", guest.domid().toString()),
        new Write(be + "/params", target),
        new Write(be + "/mode", mode),
        new Write(be + "/type", "phy"),
        new Write(be + "/device-type", "disk"),
        new Write(be + "/online", "1"),
        new Write(be + "/state", "1"));
  }

  /** Block-detach: asks both sides. */
  void detach() {
    host.write(new Write(backendPath() + "/online", 0), new Write(backendPath() + "/state", 5));
  }

  /** What a destruction does first: the frontend is not asked. */
  void forceDetach() {
    host.write(
        new Remove(frontendPath()),
        new Write(backendPath() + "/online", 0),
        new Write(backendPath() + "/state", 5));
  }

  void removeNodes() {
    host.write(new Remove(frontendPath()), new Remove(backendPath()));
  }

  Optional<String> backendNode(String name) {
    return host.read(backendPath() + "/" + name);
  }

  XenbusState backendState() {
    return backendNode("state").map(XenbusState::parse).orElse(XenbusState.UNKNOWN);
  }

  void awaitBackend(XenbusState state) {
    long deadline = host.simulation.nanos() + LIMIT.toNanos();
    while (backendState() != state && host.simulation.nanos() < deadline) {
      host.run(Duration.ofMillis(1));
    }
    assertThat(backendState())
        .as("state of the backend; its error: %s", backendNode("hotplug-error"))
        .isEqualTo(state);
  }

  void tell(VbdBackendCommand command) {
    host.backend(backendPath()).tell(command);
  }

  boolean hasEnded() {
    return host.hasEnded(backendPath());
  }

  // ---- the guest ----

  void offerRing() {
    front = new Blkfront(guest.ram, devid & 0xffff);
    port = guest.port(this::onEvent);
    offer(Integer.toString(front.ringRef()), Integer.toString(port), "x86_64-abi");
  }

  void offer(String ringRef, String eventChannel, String protocol) {
    List<StoreOp> ops = new ArrayList<>();
    ops.add(new Write(frontendPath() + "/ring-ref", ringRef));
    ops.add(new Write(frontendPath() + "/event-channel", eventChannel));
    ops.add(new Write(frontendPath() + "/protocol", protocol));
    ops.add(new Write(frontendPath() + "/state", XenbusState.INITIALISED.number()));
    host.write(ops.toArray(StoreOp[]::new));
  }

  void moveFrontend(XenbusState state) {
    host.write(new Write(frontendPath() + "/state", state.number()));
  }

  /** The whole handshake. */
  SimVbd connect() {
    awaitBackend(XenbusState.INIT_WAIT);
    offerRing();
    awaitBackend(XenbusState.CONNECTED);
    moveFrontend(XenbusState.CONNECTED);
    return this;
  }

  private void onEvent() {
    answers.addAll(front.poll());
    onEvent.run();
  }

  /** What a guest does after both have closed. */
  void freeRing() {
    front.close();
    guest.closePort(port);
  }

  /** Publishes what was put, and rings if the backend wants it. */
  void push() {
    if (front.push()) {
      guest.send(port);
    }
  }

  void awaitAnswers(int count) {
    boolean came = host.simulation.runUntil(() -> answers.size() >= count, LIMIT);
    assertThat(came).as("%s of %s answers came", answers.size(), count).isTrue();
  }

  /** Writes, and waits for the answer. */
  Blkfront.Answer write(long sector, byte[] bytes) {
    front.write(sector, bytes);
    return one();
  }

  Blkfront.Answer read(long sector, int sectors) {
    front.read(sector, sectors);
    return one();
  }

  Blkfront.Answer flush() {
    front.flush();
    return one();
  }

  private Blkfront.Answer one() {
    int before = answers.size();
    push();
    awaitAnswers(before + 1);
    return answers.getLast();
  }
}
