package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.EventSink;
import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.machine.Memory;
import io.xengarden.xenstore.ring.RingTable;
import io.xengarden.xenstore.server.Connection;
import io.xengarden.xenstore.server.Outlet;
import io.xengarden.xenstore.server.Store;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The real store, without its actor, and dom0's connection to it. */
final class Dom0Store {
  private final Store store = new Store();
  final RingTable rings = new RingTable(store);
  private final Deque<XenstoreMessage> replies = new ArrayDeque<>();
  private final Map<String, Runnable> watchers = new LinkedHashMap<>();
  private final Deque<String> fired = new ArrayDeque<>();
  private final Connection dom0 =
      store.connect(
          0,
          new Outlet() {
            @Override
            public void reply(XenstoreMessage reply) {
              replies.add(reply);
            }

            @Override
            public void event(String path, String token) {
              fired.add(token);
            }
          });

  void introduce(int domid, Memory page, EventSink guest) {
    rings.introduce(domid, page, guest);
    rings.flush();
  }

  void serve(int domid) {
    while (rings.serve(domid)) {
      // another turn
    }
    rings.flush();
  }

  /** Runs what watches have to do; true when there was something. */
  boolean runWatchers() {
    boolean any = !fired.isEmpty();
    while (!fired.isEmpty()) {
      Runnable watcher = watchers.get(fired.poll());
      if (watcher != null) {
        watcher.run();
      }
    }
    return any;
  }

  void write(String path, Object value) {
    request(XenstoreOp.WRITE, path + "\0" + value);
  }

  void mkdir(String path) {
    request(XenstoreOp.MKDIR, path + "\0");
  }

  void remove(String path) {
    request(XenstoreOp.RM, path + "\0");
  }

  void perms(String path, String... permissions) {
    request(XenstoreOp.SET_PERMS, path + "\0" + String.join("\0", permissions) + "\0");
  }

  Optional<String> read(String path) {
    XenstoreMessage reply = ask(XenstoreOp.READ, path + "\0");
    return reply.type() == XenstoreOp.READ.number()
        ? Optional.of(new String(reply.payload(), StandardCharsets.UTF_8))
        : Optional.empty();
  }

  void watch(String path, Runnable watcher) {
    String token = "t" + watchers.size();
    watchers.put(token, watcher);
    request(XenstoreOp.WATCH, path + "\0" + token + "\0");
  }

  /** The backends of a place are gone. */
  void forgetWatchers() {
    watchers.replaceAll((token, watcher) -> () -> {});
    fired.clear();
  }

  private void request(XenstoreOp op, String payload) {
    XenstoreMessage reply = ask(op, payload);
    assertThat(reply.type())
        .as("%s %s: %s", op, payload, new String(reply.payload(), StandardCharsets.UTF_8))
        .isEqualTo(op.number());
  }

  private XenstoreMessage ask(XenstoreOp op, String payload) {
    rings
        .wire()
        .handle(
            dom0, new XenstoreMessage(op.number(), 1, 0, payload.getBytes(StandardCharsets.UTF_8)));
    rings.flush();
    return replies.removeLast();
  }
}
