package io.xengarden.xenstore.wire;

import io.xengarden.abi.Errno;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.xenstore.server.Connection;
import io.xengarden.xenstore.server.Domain;
import io.xengarden.xenstore.server.Quota;
import io.xengarden.xenstore.server.Store;
import io.xengarden.xenstore.tree.StoreError;
import java.util.List;
import java.util.Locale;

/** The requests about domains, quotas and xenstored itself; all but one are dom0's alone. */
final class Administration {
  private static final String HELP = "check\nhelp\nquota [<domid>]\n";

  private final Store store;
  private final Rings rings;

  Administration(Store store, Rings rings) {
    this.store = store;
    this.rings = rings;
  }

  static boolean isPrivileged(XenstoreOp op) {
    return switch (op) {
      case CONTROL,
          INTRODUCE,
          RELEASE,
          IS_DOMAIN_INTRODUCED,
          RESUME,
          SET_TARGET,
          SET_FEATURE,
          GET_QUOTA,
          SET_QUOTA ->
          true;
      default -> false;
    };
  }

  /** {@code <domid>|<gfn>|<port>|}: the page and the port are known already, or it is ENOENT. */
  byte[] introduce(byte[] payload) {
    List<String> arguments = arguments(payload, 3, Integer.MAX_VALUE);
    if (Payload.number(arguments.get(2)) == 0) {
      throw new StoreError(Errno.EINVAL);
    }
    rings.reconnect(guest(arguments.get(0)));
    return Payload.OK;
  }

  byte[] release(byte[] payload) {
    rings.release(guest(Payload.only(payload)));
    return Payload.OK;
  }

  byte[] resume(byte[] payload) {
    store.resume(guest(Payload.only(payload)));
    return Payload.OK;
  }

  byte[] setTarget(byte[] payload) {
    List<String> arguments = arguments(payload, 2, Integer.MAX_VALUE);
    store.setTarget(Payload.domid(arguments.get(0)), Payload.domid(arguments.get(1)));
    return Payload.OK;
  }

  /** Without a domid: what the caller's own ring promises; with one, dom0 only. */
  byte[] getFeature(Connection client, byte[] payload) {
    List<String> arguments = arguments(payload, 0, 1);
    if (arguments.isEmpty()) {
      return Payload.of(Integer.toString(client.domain().features()));
    }
    if (!client.domain().privileged()) {
      throw new StoreError(Errno.EACCES);
    }
    return Payload.of(Integer.toString(store.features(Payload.domid(arguments.get(0)))));
  }

  byte[] setFeature(byte[] payload) {
    List<String> arguments = arguments(payload, 2, 2);
    store.setFeatures(guest(arguments.get(0)), Payload.number(arguments.get(1)));
    return Payload.OK;
  }

  /** The names of all quotas; a default; or, with a domid before the name, a domain's. */
  byte[] getQuota(byte[] payload) {
    List<String> arguments = arguments(payload, 0, 2);
    return Payload.of(
        switch (arguments.size()) {
          case 0 -> quotaNames();
          case 1 -> Integer.toString(store.defaultLimit(quota(arguments.get(0))));
          default ->
              Integer.toString(
                  store
                      .requireIntroduced(Payload.domid(arguments.get(0)))
                      .limit(quota(arguments.get(1))));
        });
  }

  byte[] setQuota(byte[] payload) {
    List<String> arguments = arguments(payload, 2, 3);
    int limit = Payload.number(arguments.getLast());
    Quota quota = quota(arguments.get(arguments.size() - 2));
    if (arguments.size() == 2) {
      store.setDefaultLimit(quota, limit);
    } else {
      store.setLimit(guest(arguments.get(0)), quota, limit);
    }
    return Payload.OK;
  }

  byte[] control(byte[] payload) {
    List<String> arguments = arguments(payload, 1, 2);
    return switch (arguments.get(0)) {
      case "check" -> check();
      case "help" -> Payload.of(HELP);
      case "quota" -> Payload.of(arguments.size() == 1 ? limits() : usage(arguments.get(1)));
      default -> throw new StoreError(Errno.EINVAL);
    };
  }

  private byte[] check() {
    if (!store.check().isEmpty()) {
      throw new StoreError(Errno.EIO);
    }
    return Payload.OK;
  }

  private String limits() {
    StringBuilder text = new StringBuilder();
    for (Quota quota : Quota.values()) {
      text.append(
          String.format(Locale.ROOT, "%-17s: %8d\n", quota.wireName(), store.defaultLimit(quota)));
    }
    return text.toString();
  }

  private String usage(String domid) {
    Domain domain = store.requireIntroduced(Payload.domid(domid));
    return String.format(
        Locale.ROOT,
        "Domain %d:\n%-17s: %8d\n%-17s: %8d\n%-17s: %8d\n%-17s: %8d\n",
        domain.domid(),
        Quota.NODES.wireName(),
        domain.nodes(),
        Quota.WATCHES.wireName(),
        domain.watches(),
        Quota.MEMORY.wireName(),
        domain.bytes(),
        Quota.TRANSACTIONS.wireName(),
        domain.transactions());
  }

  private static String quotaNames() {
    StringBuilder names = new StringBuilder();
    for (Quota quota : Quota.values()) {
      names.append(names.isEmpty() ? "" : " ").append(quota.wireName());
    }
    return names.toString();
  }

  private static Quota quota(String name) {
    return Quota.named(name).orElseThrow(() -> new StoreError(Errno.EINVAL));
  }

  /** A domid that is not dom0's, or EINVAL. */
  private static int guest(String string) {
    int domid = Payload.domid(string);
    if (domid == 0) {
      throw new StoreError(Errno.EINVAL);
    }
    return domid;
  }

  private static List<String> arguments(byte[] payload, int least, int most) {
    List<String> arguments = Payload.strings(payload);
    if (arguments.size() < least || arguments.size() > most) {
      throw new StoreError(Errno.EINVAL);
    }
    return arguments;
  }
}
