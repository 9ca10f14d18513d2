package io.xengarden.xenstore.wire;

import io.xengarden.abi.Errno;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.xenstore.tree.StoreError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * xenstored as simply as it can be said: a flat map from path to node, scanned for everything, with
 * whole copies for transactions. No quotas. Paths given to it are absolute and well-formed.
 */
final class Model {
  /** A stamp changes whenever value, permissions or list of children do. */
  private record Entry(String value, List<String> perms, int stamp) {}

  private record Watched(int client, String path, String token) {}

  /** An event for every client that may read one of these lists of permissions. */
  private record Told(String path, boolean exact, List<String> before) {}

  private static final class Tx {
    /** Own copies of what was looked at; an absent key with a stamp is a node that is not there. */
    final Map<String, Entry> copies = new HashMap<>();

    /** The names below what was looked at. */
    final Map<String, Set<String>> children = new HashMap<>();

    final Map<String, Integer> looked = new HashMap<>();
    final Map<String, List<String>> before = new HashMap<>();
    final Set<String> changed = new HashSet<>();
    final List<Told> told = new ArrayList<>();
  }

  private static final int NOTHING = -1;

  private final int[] domids;
  private final TreeMap<String, Entry> live = new TreeMap<>();
  private final List<Watched> watches = new ArrayList<>();
  private final Map<String, Tx> transactions = new HashMap<>();
  private final List<List<String>> events = new ArrayList<>();
  private final int[] nextTransaction;
  private int stamps;

  Model(int... domids) {
    this.domids = domids;
    nextTransaction = new int[domids.length];
    for (int i = 0; i < domids.length; i++) {
      events.add(new ArrayList<>());
      nextTransaction[i] = 1;
    }
    for (String path : List.of("/", "/tool", "/tool/xenstored")) {
      live.put(path, new Entry("", List.of("n0"), ++stamps));
    }
  }

  /** The events of one client since the last call, sorted. */
  List<String> events(int client) {
    List<String> taken = new ArrayList<>(events.get(client));
    events.get(client).clear();
    taken.sort(null);
    return taken;
  }

  String ask(int client, int tx, XenstoreOp op, List<String> arguments) {
    Tx in = tx == 0 ? null : transactions.get(client + ":" + tx);
    if (tx != 0 && in == null && op != XenstoreOp.WATCH && op != XenstoreOp.UNWATCH) {
      return "!ENOENT";
    }
    try {
      return switch (op) {
        case READ -> see(client, in, arguments.get(0), 'r').value;
        case DIRECTORY -> {
          see(client, in, arguments.get(0), 'r');
          yield String.join("", children(in, arguments.get(0)).stream().map(n -> n + "|").toList());
        }
        case GET_PERMS -> String.join("|", see(client, in, arguments.get(0), 'r').perms) + "|";
        case WRITE -> write(client, in, arguments.get(0), arguments.get(1));
        case MKDIR -> mkdir(client, in, arguments.get(0));
        case RM -> remove(client, in, arguments.get(0));
        case SET_PERMS ->
            setPerms(client, in, arguments.get(0), arguments.subList(1, arguments.size()));
        case WATCH -> watch(new Watched(client, arguments.get(0), arguments.get(1)));
        case UNWATCH ->
            watches.remove(new Watched(client, arguments.get(0), arguments.get(1)))
                ? "OK|"
                : "!ENOENT";
        case TRANSACTION_START -> start(client, in);
        case TRANSACTION_END -> end(client + ":" + tx, in, arguments.get(0));
        case RESET_WATCHES -> reset(client);
        default -> throw new IllegalArgumentException(op.toString());
      };
    } catch (StoreError refused) {
      return "!" + refused.errno();
    }
  }

  // ---- nodes

  private Entry find(Tx in, String path) {
    if (in == null) {
      return live.get(path);
    }
    if (!in.looked.containsKey(path)) {
      Entry entry = live.get(path);
      in.looked.put(path, entry == null ? NOTHING : entry.stamp);
      if (entry != null) {
        in.copies.put(path, entry);
        in.before.put(path, entry.perms);
      }
      // A listing is part of a node: what is below it when first looked at is what it lists.
      in.children.put(path, namesBelow(live.keySet(), path));
    }
    return in.copies.get(path);
  }

  private Entry see(int client, Tx in, String path, char right) {
    Entry entry = look(client, in, path, right);
    if (entry == null) {
      throw new StoreError(Errno.ENOENT);
    }
    return entry;
  }

  private Entry look(int client, Tx in, String path, char right) {
    Entry entry = find(in, path);
    if (entry != null) {
      if (!may(client, entry.perms, right)) {
        throw new StoreError(Errno.EACCES);
      }
      return entry;
    }
    String above = path;
    Entry found;
    do {
      above = parent(above);
      found = find(in, above);
    } while (found == null);
    if (!may(client, found.perms, right)) {
      throw new StoreError(Errno.EACCES);
    }
    return null;
  }

  private boolean may(int client, List<String> perms, char right) {
    int domid = domids[client];
    if (domid == 0 || perms.getFirst().substring(1).equals("" + domid)) {
      return true;
    }
    char letter = perms.getFirst().charAt(0);
    for (String perm : perms.subList(1, perms.size()).reversed()) {
      if (perm.substring(1).equals("" + domid)) {
        letter = perm.charAt(0);
      }
    }
    return letter == 'b' || letter == right;
  }

  private void put(Tx in, String path, String value, List<String> perms) {
    Entry entry = new Entry(value, perms, ++stamps);
    if (in == null) {
      live.put(path, entry);
    } else {
      in.copies.put(path, entry);
      in.changed.add(path);
    }
  }

  private void touch(Tx in, String path) {
    Entry entry = find(in, path);
    put(in, path, entry.value, entry.perms);
  }

  private String write(int client, Tx in, String path, String value) {
    Entry entry = look(client, in, path, 'w');
    if (entry == null) {
      create(client, in, path, value);
    } else {
      put(in, path, value, entry.perms);
    }
    tell(in, new Told(path, false, entry == null ? null : entry.perms));
    return "OK|";
  }

  private String mkdir(int client, Tx in, String path) {
    if (look(client, in, path, 'w') == null) {
      create(client, in, path, "");
      tell(in, new Told(path, false, null));
    }
    return "OK|";
  }

  private void create(int client, Tx in, String path, String value) {
    if (find(in, parent(path)) == null) {
      create(client, in, parent(path), "");
    }
    List<String> perms = new ArrayList<>(find(in, parent(path)).perms);
    if (domids[client] != 0) {
      perms.set(0, perms.getFirst().charAt(0) + "" + domids[client]);
    }
    put(in, path, value, perms);
    if (in != null) {
      in.children.get(parent(path)).add(name(path));
    }
    touch(in, parent(path));
  }

  private String remove(int client, Tx in, String path) {
    if (look(client, in, path, 'w') == null) {
      return find(in, parent(path)) == null ? "!ENOENT" : "OK|";
    }
    if (path.equals("/")) {
      return "!EINVAL";
    }
    removeTree(in, path, false);
    return "OK|";
  }

  private void removeTree(Tx in, String path, boolean exact) {
    for (String name : children(in, path)) {
      if (find(in, path + "/" + name) != null) {
        removeTree(in, path + "/" + name, true);
      }
    }
    List<String> perms = find(in, path).perms;
    if (in == null) {
      live.remove(path);
    } else {
      find(in, parent(path));
      in.copies.remove(path);
      in.changed.add(path);
      in.children.get(parent(path)).remove(name(path));
    }
    touch(in, parent(path));
    tell(in, new Told(path, exact, perms));
  }

  private String setPerms(int client, Tx in, String path, List<String> perms) {
    Entry entry = see(client, in, path, 'w');
    String owner = entry.perms.getFirst().substring(1);
    if (domids[client] != 0 && !owner.equals("" + domids[client])) {
      return "!EACCES";
    }
    if (domids[client] != 0 && !perms.getFirst().substring(1).equals(owner)) {
      return "!EPERM";
    }
    put(in, path, entry.value, perms);
    tell(in, new Told(path, false, entry.perms));
    return "OK|";
  }

  private Set<String> children(Tx in, String path) {
    return new TreeSet<>(in == null ? namesBelow(live.keySet(), path) : in.children.get(path));
  }

  private static Set<String> namesBelow(Set<String> paths, String path) {
    Set<String> names = new TreeSet<>();
    for (String each : paths) {
      if (!each.equals("/") && parent(each).equals(path)) {
        names.add(name(each));
      }
    }
    return names;
  }

  // ---- watches

  private String watch(Watched watch) {
    if (watches.contains(watch)) {
      return "!EEXIST";
    }
    watches.add(watch);
    events.get(watch.client).add(watch.path + " " + watch.token);
    return "OK|";
  }

  private void tell(Tx in, Told told) {
    if (in == null) {
      fire(told);
    } else {
      in.told.add(told);
    }
  }

  private void fire(Told told) {
    for (Watched watch : watches) {
      boolean matches =
          told.exact
              ? watch.path.equals(told.path)
              : watch.path.equals("/") || (told.path + "/").startsWith(watch.path + "/");
      if (matches && knows(watch.client, told)) {
        events.get(watch.client).add(told.path + " " + watch.token);
      }
    }
  }

  private boolean knows(int client, Told told) {
    Entry now = live.get(told.path);
    Entry above = live.get(parent(told.path));
    return told.before != null && may(client, told.before, 'r')
        || now != null && may(client, now.perms, 'r')
        || above != null && may(client, above.perms, 'r');
  }

  // ---- transactions

  private String start(int client, Tx in) {
    if (in != null) {
      return "!EBUSY";
    }
    int id = nextTransaction[client]++;
    transactions.put(client + ":" + id, new Tx());
    return id + "|";
  }

  private String end(String key, Tx in, String how) {
    if (in == null) {
      return "!ENOENT";
    }
    transactions.remove(key);
    if (how.equals("F")) {
      return "OK|";
    }
    for (Map.Entry<String, Integer> looked : in.looked.entrySet()) {
      Entry entry = live.get(looked.getKey());
      if (looked.getValue() != (entry == null ? NOTHING : entry.stamp)) {
        return "!EAGAIN";
      }
    }
    for (String path : in.changed) {
      Entry entry = in.copies.get(path);
      if (entry == null) {
        live.remove(path);
      } else {
        live.put(path, new Entry(entry.value, entry.perms, ++stamps));
      }
    }
    Map<String, Boolean> exact = new TreeMap<>();
    in.told.forEach(told -> exact.merge(told.path, told.exact, Boolean::logicalAnd));
    exact.forEach((path, only) -> fire(new Told(path, only, in.before.get(path))));
    return "OK|";
  }

  private String reset(int client) {
    watches.removeIf(watch -> watch.client == client);
    transactions.keySet().removeIf(key -> key.startsWith(client + ":"));
    return "OK|";
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
