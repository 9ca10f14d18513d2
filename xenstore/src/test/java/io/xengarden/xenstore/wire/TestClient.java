package io.xengarden.xenstore.wire;

import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.xenstore.server.Connection;
import io.xengarden.xenstore.server.Outlet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A client of the wire. Payloads are written as Xen's documents do, with {@code |} for NUL; an
 * error reply is shown as {@code !} and its name.
 */
final class TestClient implements Outlet {
  private final Wire wire;
  private final List<String> arrived = new ArrayList<>();
  private final List<XenstoreMessage> replies = new ArrayList<>();
  private Connection connection;
  private int nextRequest = 1;

  TestClient(Wire wire) {
    this.wire = wire;
  }

  void connect(Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }

  String ask(XenstoreOp op, String payload) {
    return in(0, op, payload);
  }

  /** As {@link #ask}, inside a transaction. */
  String in(int transaction, XenstoreOp op, String payload) {
    return send(op.number(), transaction, bytes(payload));
  }

  String send(int type, int transaction, byte[] payload) {
    int request = nextRequest++;
    int before = replies.size();
    wire.handle(connection, new XenstoreMessage(type, request, transaction, payload));
    if (replies.size() != before + 1) {
      throw new AssertionError(replies.size() - before + " replies to one request");
    }
    XenstoreMessage reply = replies.getLast();
    if (reply.reqId() != request || reply.txId() != transaction) {
      throw new AssertionError("reply to another request: " + reply);
    }
    return shown(reply);
  }

  int start() {
    return Integer.parseInt(ask(XenstoreOp.TRANSACTION_START, "|").replace("|", ""));
  }

  String commit(int transaction) {
    return in(transaction, XenstoreOp.TRANSACTION_END, "T|");
  }

  /** The events since the last call, as {@code path token}, and where replies came, {@code -}. */
  List<String> arrived() {
    List<String> taken = new ArrayList<>(arrived);
    arrived.clear();
    return taken;
  }

  /** As {@link #arrived}, events only. */
  List<String> events() {
    List<String> events = arrived();
    events.removeIf("-"::equals);
    return events;
  }

  @Override
  public void reply(XenstoreMessage reply) {
    arrived.add("-");
    replies.add(reply);
  }

  @Override
  public void event(String path, String token) {
    arrived.add(path + " " + token);
  }

  static byte[] bytes(String payload) {
    return payload.replace('|', '\0').getBytes(StandardCharsets.ISO_8859_1);
  }

  static String shown(XenstoreMessage reply) {
    String text = new String(reply.payload(), StandardCharsets.ISO_8859_1).replace('\0', '|');
    return reply.type() == XenstoreOp.ERROR.number() ? "!" + text.replace("|", "") : text;
  }
}
