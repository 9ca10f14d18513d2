package io.xengarden.xenstore;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.abi.EventSink;
import io.xengarden.machine.Memory;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.tree.StorePath;
import java.util.List;

/**
 * What {@link XenStore} is told. Actors of dom0 use it with dom0's rights; guests use their rings.
 */
public sealed interface XenStoreCommand
    permits XenStoreCommand.Batch,
        XenStoreCommand.Watch,
        XenStoreCommand.Unwatch,
        XenStoreCommand.Introduce,
        XenStoreCommand.RingKicked,
        XenStoreCommand.Release,
        XenStoreCommand.DomainShutdown,
        XenStoreCommand.Resume,
        XenStoreCommand.DomainGone,
        RingBell.Rang,
        XenStore.ServeOn {

  /**
   * Does the operations in their order, as domain 0, in one step: a batch that fails has changed
   * nothing and fired no watch, one that succeeds shows all its changes at once.
   */
  record Batch(List<StoreOp> ops, ActorRef<BatchResult> replyTo) implements XenStoreCommand {
    /** Most operations of one batch: it is done in one turn. */
    public static final int OPS_MAX = 16_384;

    public Batch {
      ops = List.copyOf(ops);
      if (ops.size() > OPS_MAX) {
        throw new IllegalArgumentException(ops.size() + " operations, at most " + OPS_MAX);
      }
    }
  }

  /**
   * Tells {@code subscriber} of changes at {@code path} and below, and once at the start. The end
   * of the subscriber ends its watches. A watch it has already, of this path and token, is not set
   * again and tells nothing.
   *
   * @param path absolute, or {@code @introduceDomain}, {@code @releaseDomain}, either also with
   *     {@code /domid}
   */
  record Watch(String path, String token, ActorRef<WatchFired> subscriber)
      implements XenStoreCommand {
    public Watch {
      requirePath(path);
    }
  }

  /** Ends a watch; nothing happens if there is none of this path and token. */
  record Unwatch(String path, String token, ActorRef<WatchFired> subscriber)
      implements XenStoreCommand {
    public Unwatch {
      requirePath(path);
    }
  }

  /**
   * The domain's ring page is ready: it is served from now on, from an empty ring, and {@code
   * @introduceDomain} fires. For a domain that is introduced already, the ring begins anew.
   *
   * @param page a view in which the ring page begins at address 0
   * @param guest the guest's end of the event channel, raised whenever the page changed
   */
  record Introduce(Domid domid, Memory page, EventSink guest) implements XenStoreCommand {}

  /** The domain's page changed. A {@link RingBell} sends a better one. */
  record RingKicked(Domid domid) implements XenStoreCommand {}

  /** As {@link DomainGone}, asked for by the toolstack while the domain may still exist. */
  record Release(Domid domid) implements XenStoreCommand {}

  /** The domain shut down, or crashed: {@code @releaseDomain} fires once until it is resumed. */
  record DomainShutdown(Domid domid) implements XenStoreCommand {}

  /** The domain runs again; its next shutdown will fire {@code @releaseDomain} again. */
  record Resume(Domid domid) implements XenStoreCommand {}

  /**
   * The domain exists no longer: its ring is let go, nodes it owned are removed, permissions forget
   * it, and {@code @releaseDomain} fires if it had been introduced.
   */
  record DomainGone(Domid domid) implements XenStoreCommand {}

  private static void requirePath(String path) {
    try {
      if (!path.isEmpty() && !StorePath.isRelative(path)) {
        StorePath.canonical(path, StorePath.ROOT);
        return;
      }
    } catch (StoreError malformed) {
      throw new IllegalArgumentException("malformed path: " + path, malformed);
    }
    throw new IllegalArgumentException("not an absolute path: " + path);
  }
}
