package io.xengarden.xenstore.wire;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.xenstore.server.Connection;
import io.xengarden.xenstore.server.Nodes;
import io.xengarden.xenstore.server.Scope;
import io.xengarden.xenstore.server.Store;
import io.xengarden.xenstore.tree.NodeState;
import io.xengarden.xenstore.tree.Permissions;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.tree.StorePath;
import java.util.Arrays;
import java.util.List;

/**
 * Serves requests in xenstore's wire format, whatever they came through. Any bytes in a message
 * give exactly one reply and at worst an error; what the reply and its watch events are goes to the
 * connections' outlets (docs/misc/xenstore.txt, tools/xenstored/core.c).
 */
public final class Wire {

  private final Store store;
  private final Administration administration;

  public Wire(Store store, Rings rings) {
    this.store = store;
    this.administration = new Administration(store, rings);
  }

  /** Serves one request of an open connection. */
  public void handle(Connection client, XenstoreMessage request) {
    Answer answer = answer(client, request);
    client
        .outlet()
        .reply(
            new XenstoreMessage(
                answer.type(request), request.reqId(), request.txId(), answer.payload));
    if (answer.firstEvent != null) {
      client.outlet().event(answer.firstEvent.path, answer.firstEvent.token);
    }
  }

  private record Event(String path, String token) {}

  /** A watch's first event comes behind the reply, every other event before it. */
  private record Answer(boolean ok, byte[] payload, Event firstEvent) {
    static Answer of(byte[] payload) {
      return payload.length > XenstoreMessage.PAYLOAD_MAX
          ? error(Errno.E2BIG)
          : new Answer(true, payload, null);
    }

    static Answer error(Errno errno) {
      return new Answer(false, Payload.of(errno.name()), null);
    }

    int type(XenstoreMessage request) {
      return ok ? request.type() : XenstoreOp.ERROR.number();
    }
  }

  private Answer answer(Connection client, XenstoreMessage request) {
    XenstoreOp op = XenstoreOp.of(request.type());
    byte[] payload = request.payload();
    try {
      if (Administration.isPrivileged(op) && !client.domain().privileged()) {
        throw new StoreError(Errno.EACCES);
      }
      if (op == XenstoreOp.WATCH) {
        return watch(client, payload);
      }
      // The transaction id of UNWATCH is ignored, as that of WATCH.
      int transaction = op == XenstoreOp.UNWATCH ? 0 : request.txId();
      Scope scope = isKnown(op) ? store.scope(client, transaction) : null;
      return Answer.of(
          switch (op) {
            case READ -> Nodes.read(scope, Payload.only(payload));
            case DIRECTORY -> directory(scope, payload);
            case DIRECTORY_PART -> directoryPart(scope, payload);
            case GET_PERMS -> permissions(scope, payload);
            case WRITE -> write(scope, payload);
            case MKDIR -> mkdir(scope, payload);
            case RM -> remove(scope, payload);
            case SET_PERMS -> setPermissions(scope, payload);
            case UNWATCH -> unwatch(client, payload);
            case TRANSACTION_START -> start(client, transaction);
            case TRANSACTION_END -> end(client, transaction, payload);
            case RESET_WATCHES -> reset(client);
            case GET_DOMAIN_PATH -> domainPath(payload);
            case GET_FEATURE -> administration.getFeature(client, payload);
            case IS_DOMAIN_INTRODUCED -> isIntroduced(payload);
            case CONTROL -> administration.control(payload);
            case INTRODUCE -> administration.introduce(payload);
            case RELEASE -> administration.release(payload);
            case RESUME -> administration.resume(payload);
            case SET_TARGET -> administration.setTarget(payload);
            case SET_FEATURE -> administration.setFeature(payload);
            case GET_QUOTA -> administration.getQuota(payload);
            case SET_QUOTA -> administration.setQuota(payload);
            case WATCH, WATCH_EVENT, ERROR, INVALID -> throw new StoreError(Errno.ENOSYS);
          });
    } catch (StoreError refused) {
      return Answer.error(refused.errno());
    }
  }

  private static boolean isKnown(XenstoreOp op) {
    return op != XenstoreOp.WATCH_EVENT && op != XenstoreOp.ERROR && op != XenstoreOp.INVALID;
  }

  private static byte[] directory(Scope scope, byte[] payload) {
    return Payload.of(Arrays.asList(Nodes.list(scope, Payload.only(payload)).childNames()));
  }

  /** Generation, then whole names from a byte offset on; an empty string marks the list's end. */
  private static byte[] directoryPart(Scope scope, byte[] payload) {
    List<String> arguments = Payload.strings(payload);
    if (arguments.size() != 2) {
      throw new StoreError(Errno.EINVAL);
    }
    NodeState node = Nodes.list(scope, arguments.get(0));
    int offset = Payload.number(arguments.get(1));
    byte[] generation = Payload.of(Long.toUnsignedString(node.generation()));
    byte[] names = Payload.of(Arrays.asList(node.childNames()));
    int start = Math.min(offset, names.length);
    int end = start;
    int last = start + XenstoreMessage.PAYLOAD_MAX - generation.length - 1;
    for (int i = start; i < names.length && i < last; i++) {
      if (names[i] == 0) {
        end = i + 1;
      }
    }
    boolean complete = end == names.length;
    byte[] reply = Arrays.copyOf(generation, generation.length + end - start + (complete ? 1 : 0));
    System.arraycopy(names, start, reply, generation.length, end - start);
    return reply;
  }

  private static byte[] permissions(Scope scope, byte[] payload) {
    return Payload.of(Nodes.permissions(scope, Payload.only(payload)).strings());
  }

  private static byte[] write(Scope scope, byte[] payload) {
    Nodes.write(scope, Payload.first(payload), Payload.afterFirst(payload));
    return Payload.OK;
  }

  private static byte[] mkdir(Scope scope, byte[] payload) {
    Nodes.mkdir(scope, Payload.only(payload));
    return Payload.OK;
  }

  private static byte[] remove(Scope scope, byte[] payload) {
    Nodes.remove(scope, Payload.only(payload));
    return Payload.OK;
  }

  private static byte[] setPermissions(Scope scope, byte[] payload) {
    List<String> arguments = Payload.strings(payload);
    if (arguments.size() < 2) {
      throw new StoreError(Errno.EINVAL);
    }
    Permissions permissions = Permissions.parse(arguments.subList(1, arguments.size()));
    Nodes.setPermissions(scope, arguments.get(0), permissions);
    return Payload.OK;
  }

  private Answer watch(Connection client, byte[] payload) {
    List<String> arguments = Payload.strings(payload);
    boolean depthAllowed = (client.domain().features() & XenstoreRing.FEATURE_WATCH_DEPTH) != 0;
    if (arguments.size() != 2 && (arguments.size() != 3 || !depthAllowed)) {
      throw new StoreError(Errno.EINVAL);
    }
    int depth = arguments.size() == 3 ? Payload.number(arguments.get(2)) : Store.ANY_DEPTH;
    String token = arguments.get(1);
    String shown = store.watch(client, arguments.get(0), token, depth);
    return new Answer(true, Payload.OK, new Event(shown, token));
  }

  private byte[] unwatch(Connection client, byte[] payload) {
    List<String> arguments = Payload.strings(payload);
    if (arguments.size() != 2) {
      throw new StoreError(Errno.EINVAL);
    }
    store.unwatch(client, arguments.get(0), arguments.get(1));
    return Payload.OK;
  }

  private byte[] start(Connection client, int transaction) {
    if (transaction != 0) {
      throw new StoreError(Errno.EBUSY);
    }
    return Payload.of(Integer.toUnsignedString(store.start(client)));
  }

  private byte[] end(Connection client, int transaction, byte[] payload) {
    boolean commit =
        switch (Payload.only(payload)) {
          case "T" -> true;
          case "F" -> false;
          default -> throw new StoreError(Errno.EINVAL);
        };
    if (transaction == 0) {
      throw new StoreError(Errno.ENOENT);
    }
    if (commit) {
      store.commit(client, transaction);
    } else {
      store.discard(client, transaction);
    }
    return Payload.OK;
  }

  private byte[] reset(Connection client) {
    store.reset(client);
    return Payload.OK;
  }

  private static byte[] domainPath(byte[] payload) {
    return Payload.of(StorePath.home(Payload.domid(Payload.only(payload))));
  }

  private byte[] isIntroduced(byte[] payload) {
    int domid = Payload.domid(Payload.only(payload));
    boolean introduced = domid == Domid.SELF.value() || store.introduced(domid);
    return Payload.of(introduced ? "T" : "F");
  }
}
