package io.xengarden.node.overlay;

import akka.actor.typed.ActorRef;
import io.xengarden.network.BridgesCommand;
import io.xengarden.network.BridgesCommand.DisownDomain;
import io.xengarden.network.BridgesCommand.EpochSeen;
import io.xengarden.network.BridgesCommand.OwnDomain;
import io.xengarden.node.ownership.OwnershipListener;
import java.util.UUID;

/** Lets the bridges know which domains' frames are to be let through, and under which epoch. */
public record FrameOwners(ActorRef<BridgesCommand> bridges) implements OwnershipListener {
  @Override
  public void held(UUID uuid, long epoch) {
    bridges.tell(new OwnDomain(uuid, epoch));
  }

  @Override
  public void letGo(UUID uuid) {
    bridges.tell(new DisownDomain(uuid));
  }

  @Override
  public void elsewhere(UUID uuid, long epoch) {
    bridges.tell(new EpochSeen(uuid, epoch));
  }
}
