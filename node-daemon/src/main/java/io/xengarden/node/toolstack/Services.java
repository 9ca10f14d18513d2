package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import io.xengarden.domain.GuestMode;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.machine.HostClock;
import io.xengarden.node.console.ConsoleDaemonCommand;
import io.xengarden.node.events.EventLogCommand;
import io.xengarden.node.ownership.OwnershipCommand;
import io.xengarden.storage.BlockImages;
import io.xengarden.xenstore.XenStoreCommand;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** What the toolstack and its operations work with. */
public record Services(Actors actors, Inputs inputs, String host) {

  public record Actors(
      ActorRef<HypervisorCommand> hypervisor,
      ActorRef<XenStoreCommand> store,
      ActorRef<ConsoleDaemonCommand> consoles,
      ActorRef<EventLogCommand> events,
      ActorRef<OwnershipCommand> ownership) {}

  /**
   * @param random uuids, and what a kernel would take from hardware
   */
  public record Inputs(
      HostClock clock,
      InstantSource wallClock,
      RandomGenerator random,
      BlockImages images,
      GuestMode guestMode) {}
}
