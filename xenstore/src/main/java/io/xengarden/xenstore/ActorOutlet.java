package io.xengarden.xenstore;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.XenstoreMessage;
import io.xengarden.xenstore.server.Outlet;

/** The events of an actor's watches; actors send no wire requests, so they get no replies. */
record ActorOutlet(ActorRef<WatchFired> subscriber) implements Outlet {
  @Override
  public void reply(XenstoreMessage reply) {
    throw new IllegalStateException("no request, yet a reply: " + reply);
  }

  @Override
  public void event(String path, String token) {
    subscriber.tell(new WatchFired(path, token));
  }
}
