package io.xengarden.cli.garden;

import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.WatchEventsRequest;
import java.util.List;
import java.util.function.Predicate;

/** Waits until a host's domains are as wished, looking again at every event. */
final class DomainWatch {
  static final long SECONDS = 60;

  /** Ends the stream of events from inside. */
  private static final class Fulfilled extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Fulfilled() {
      super(null, null, false, false);
    }
  }

  private final HostConnection host;

  DomainWatch(HostConnection host) {
    this.host = host;
  }

  /** False when it was not so within {@link #SECONDS}. */
  boolean until(Predicate<List<DomainInfo>> wish) throws ToolstackFailure {
    WatchEventsRequest request = WatchEventsRequest.newBuilder().setFollow(true).build();
    try {
      host.stream(SECONDS, stub -> stub.watchEvents(request), event -> look(event, wish));
      return false;
    } catch (Fulfilled e) {
      return true;
    } catch (ToolstackFailure e) {
      if (e.isUnreachable()) {
        return false;
      }
      throw e;
    }
  }

  private void look(Event event, Predicate<List<DomainInfo>> wish) {
    try {
      List<DomainInfo> domains =
          host.call(stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
              .getDomainsList();
      if (wish.test(domains)) {
        throw new Fulfilled();
      }
    } catch (ToolstackFailure e) {
      // The stream of events fails the same way, and says so.
      return;
    }
  }
}
