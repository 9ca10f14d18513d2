package io.xengarden.xenstore;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.XenstoreMessage;
import io.xengarden.xenstore.server.Connection;
import io.xengarden.xenstore.server.Nodes;
import io.xengarden.xenstore.server.Outlet;
import io.xengarden.xenstore.server.Scope;
import io.xengarden.xenstore.server.Store;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.tree.StorePath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Batches of dom0's actors against the store. */
final class Batches {
  private static final StoreValue NONE = new StoreValue.None();

  private final Store store;
  private final Connection dom0;

  Batches(Store store) {
    this.store = store;
    this.dom0 = store.connect(Domid.DOM0.value(), new Silent());
  }

  BatchResult run(List<StoreOp> ops) {
    List<StoreValue> values = new ArrayList<>(ops.size());
    try {
      if (ops.stream().allMatch(Batches::onlyReads)) {
        runAll(ops, store.scope(dom0, 0), values);
      } else {
        store.atomically(dom0, scope -> runAll(ops, scope, values));
      }
      return new BatchResult.BatchDone(List.copyOf(values));
    } catch (StoreError refused) {
      int index = Math.min(values.size(), ops.size() - 1);
      return new BatchResult.BatchFailed(index, refused.errno(), ops.get(index).path());
    }
  }

  private static void runAll(List<StoreOp> ops, Scope scope, List<StoreValue> values) {
    for (StoreOp op : ops) {
      if (op.path().isEmpty() || StorePath.isRelative(op.path())) {
        throw new StoreError(Errno.EINVAL);
      }
      values.add(run(op, scope));
    }
  }

  private static StoreValue run(StoreOp op, Scope scope) {
    return switch (op) {
      case StoreOp.Write(var path, var value) -> {
        Nodes.write(scope, path, bytes(value));
        yield NONE;
      }
      case StoreOp.Mkdir(var path) -> {
        Nodes.mkdir(scope, path);
        yield NONE;
      }
      case StoreOp.Remove(var path) -> {
        if (exists(scope, path)) {
          Nodes.remove(scope, path);
        }
        yield NONE;
      }
      case StoreOp.SetPerms(var path, var permissions) -> {
        Nodes.setPermissions(scope, path, permissions);
        yield NONE;
      }
      case StoreOp.Read(var path) -> text(scope, path);
      case StoreOp.ReadIfPresent(var path) -> exists(scope, path) ? text(scope, path) : NONE;
      case StoreOp.List(var path) ->
          new StoreValue.Names(List.of(Nodes.list(scope, path).childNames()));
      case StoreOp.Exists(var path) -> new StoreValue.Found(exists(scope, path));
    };
  }

  private static boolean onlyReads(StoreOp op) {
    return switch (op) {
      case StoreOp.Read _, StoreOp.ReadIfPresent _, StoreOp.List _, StoreOp.Exists _ -> true;
      case StoreOp.Write _, StoreOp.Mkdir _, StoreOp.Remove _, StoreOp.SetPerms _ -> false;
    };
  }

  private static boolean exists(Scope scope, String path) {
    return Nodes.exists(scope, path);
  }

  private static StoreValue text(Scope scope, String path) {
    return new StoreValue.Text(new String(Nodes.read(scope, path), StandardCharsets.UTF_8));
  }

  private static byte[] bytes(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > StoreOp.VALUE_MAX) {
      throw new StoreError(Errno.E2BIG);
    }
    return bytes;
  }

  /** Batches neither watch nor use the wire. */
  private record Silent() implements Outlet {
    @Override
    public void reply(XenstoreMessage reply) {
      throw new IllegalStateException("no request, yet a reply: " + reply);
    }

    @Override
    public void event(String path, String token) {
      throw new IllegalStateException("no watch, yet an event: " + path);
    }
  }
}
