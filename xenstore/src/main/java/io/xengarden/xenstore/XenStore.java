package io.xengarden.xenstore;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.xenstore.ring.RingTable;
import io.xengarden.xenstore.server.Connection;
import io.xengarden.xenstore.server.Store;
import io.xengarden.xenstore.tree.StoreError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * A host's xenstored. Dom0's actors send batches and watches, domains ring; one message is one
 * turn, and a domain with much to ask gets its turns between the others'.
 */
public final class XenStore extends AbstractOnMessageBehavior<XenStoreCommand> {
  private final Store store = new Store();
  private final RingTable rings = new RingTable(store);
  private final Batches batches = new Batches(store);
  private final Map<ActorRef<WatchFired>, Connection> subscribers = new LinkedHashMap<>();

  /** The domains for which a ServeOn is on its way. */
  private final TreeSet<Domid> servedOn = new TreeSet<>();

  /** A domain has asked for more than one turn allows. */
  record ServeOn(Domid domid) implements XenStoreCommand {}

  public static Behavior<XenStoreCommand> create() {
    return Behaviors.setup(XenStore::new);
  }

  private XenStore(ActorContext<XenStoreCommand> context) {
    super(context);
  }

  @Override
  public Behavior<XenStoreCommand> onMessage(XenStoreCommand message) {
    switch (message) {
      case XenStoreCommand.Batch(var ops, var replyTo) -> replyTo.tell(batches.run(ops));
      case XenStoreCommand.Watch watch -> onWatch(watch);
      case XenStoreCommand.Unwatch unwatch -> onUnwatch(unwatch);
      case XenStoreCommand.Introduce(var domid, var page, var guest) ->
          rings.introduce(domid.value(), page, guest);
      case XenStoreCommand.RingKicked(var domid) -> serve(domid);
      case RingBell.Rang(var domid, var bell) -> {
        bell.rearm();
        serve(domid);
      }
      case ServeOn(var domid) -> {
        servedOn.remove(domid);
        serve(domid);
      }
      case XenStoreCommand.Release(var domid) -> rings.gone(domid.value());
      case XenStoreCommand.DomainShutdown(var domid) -> store.shutdown(domid.value());
      case XenStoreCommand.Resume(var domid) -> onResume(domid);
      case XenStoreCommand.DomainGone(var domid) -> rings.gone(domid.value());
    }
    rings.flush();
    return this;
  }

  @Override
  public Behavior<XenStoreCommand> onSignal(Signal signal) {
    if (signal instanceof Terminated ended) {
      Connection connection = subscribers.remove(ended.<WatchFired>getRef().unsafeUpcast());
      if (connection == null) {
        return Behaviors.unhandled();
      }
      store.disconnect(connection);
    }
    return this;
  }

  private void serve(Domid domid) {
    if (rings.serve(domid.value()) && servedOn.add(domid)) {
      getContext().getSelf().tell(new ServeOn(domid));
    }
  }

  private void onResume(Domid domid) {
    if (store.introduced(domid.value())) {
      store.resume(domid.value());
    }
  }

  private void onWatch(XenStoreCommand.Watch watch) {
    Connection connection = subscribers.get(watch.subscriber());
    if (connection == null) {
      connection = store.connect(Domid.DOM0.value(), new ActorOutlet(watch.subscriber()));
      subscribers.put(watch.subscriber(), connection);
      getContext().watch(watch.subscriber());
    }
    try {
      connection
          .outlet()
          .event(
              store.watch(connection, watch.path(), watch.token(), Store.ANY_DEPTH), watch.token());
    } catch (StoreError refused) {
      if (refused.errno() != Errno.EEXIST) {
        throw new IllegalStateException("dom0 may watch anything", refused);
      }
    }
  }

  private void onUnwatch(XenStoreCommand.Unwatch unwatch) {
    Connection connection = subscribers.get(unwatch.subscriber());
    if (connection == null) {
      return;
    }
    try {
      store.unwatch(connection, unwatch.path(), unwatch.token());
    } catch (StoreError refused) {
      getContext().getLog().debug("{} was not watched: {}", unwatch.path(), refused.getMessage());
    }
    if (!connection.watching()) {
      store.disconnect(connection);
      subscribers.remove(unwatch.subscriber());
      getContext().unwatch(unwatch.subscriber());
    }
  }
}
