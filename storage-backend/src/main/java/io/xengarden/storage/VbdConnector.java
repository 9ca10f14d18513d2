package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindRefused;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.GrantsOpened;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import io.xengarden.hypervisor.HypervisorCommand.NoSuchDomain;
import io.xengarden.hypervisor.HypervisorCommand.OpenGrants;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.storage.BlockImages.OpenDone;
import io.xengarden.storage.VbdEvent.BindAnswered;
import io.xengarden.storage.VbdEvent.GrantsAnswered;
import io.xengarden.storage.VbdEvent.ImageChecked;
import io.xengarden.storage.VbdEvent.ImageOpened;
import io.xengarden.storage.VbdEvent.OpenFailed;
import io.xengarden.storage.VbdLink.Dom0Time;
import io.xengarden.storage.VbdNodes.BadOffer;
import io.xengarden.storage.VbdNodes.Device;
import io.xengarden.storage.VbdNodes.RingOffer;
import io.xengarden.storage.VbdNodes.Snapshot;
import io.xengarden.storage.VbdState.Binding;
import io.xengarden.storage.VbdState.Connected;
import io.xengarden.storage.VbdState.Linked;
import io.xengarden.storage.VbdState.Mapping;
import io.xengarden.storage.VbdState.Opening;
import io.xengarden.storage.blkback.Blkback;
import java.io.IOException;

/**
 * The steps from a frontend's offer to a connection: image, right to map, ring page, port. Each
 * begins the next state; a step that fails leaves the state as it was, with what it holds.
 */
final class VbdConnector {
  private static final int HANDLE_MASK = 0xffff;

  /** One line for the log and the toolstack. */
  static final class CannotConnect extends Exception {
    private static final long serialVersionUID = 1L;

    CannotConnect(String why) {
      super(why);
    }
  }

  private final VbdSetup setup;
  private final Device device;
  private final ActorRef<VbdBackendCommand> self;
  private final ActorRef<GrantsReply> grantsReplies;
  private final ActorRef<BindReply> bindReplies;

  VbdConnector(ActorContext<VbdBackendCommand> context, VbdSetup setup, Device device) {
    this.setup = setup;
    this.device = device;
    this.self = context.getSelf();
    this.grantsReplies = context.messageAdapter(GrantsReply.class, GrantsAnswered::new);
    this.bindReplies = context.messageAdapter(BindReply.class, BindAnswered::new);
  }

  /** Whether the image could be opened; answered by {@link ImageChecked}. */
  void check() {
    setup
        .images()
        .check(device.target(), device.access(), failure -> self.tell(new ImageChecked(failure)));
  }

  Opening begin(Snapshot now) throws CannotConnect {
    try {
      RingOffer offer = VbdNodes.offer(now);
      setup.images().open(device.target(), device.access(), new Answer(self));
      return new Opening(offer);
    } catch (BadOffer bad) {
      throw new CannotConnect(bad.getMessage());
    }
  }

  Mapping opened(Opening state, BlockImage image) {
    setup.hypervisor().tell(new OpenGrants(setup.frontend(), grantsReplies));
    return new Mapping(state.offer(), image);
  }

  Binding grantsAnswered(Mapping state, GrantsReply reply) throws CannotConnect {
    return switch (reply) {
      case GrantsOpened(var access) -> mapRing(state, access);
      case NoSuchDomain _ -> throw new CannotConnect("domain " + setup.frontend() + " is gone");
    };
  }

  private Binding mapRing(Mapping state, GrantAccess access) throws CannotConnect {
    RingOffer offer = state.offer();
    try {
      GrantMapping ring = access.map(offer.ringRef(), GrantAccess.Access.READ_WRITE);
      Bell bell = new Bell(self);
      setup
          .hypervisor()
          .tell(new BindDom0Port(setup.frontend(), offer.eventChannel(), bell, bindReplies));
      return new Binding(state.image(), access, ring, bell);
    } catch (GrantRefused refused) {
      throw new CannotConnect(
          "mapping ring-ref "
              + Integer.toUnsignedString(offer.ringRef())
              + ": "
              + refused.status());
    }
  }

  Connected portAnswered(Binding state, BindReply reply) throws CannotConnect {
    return switch (reply) {
      case PortBound bound -> new Connected(link(state, bound));
      case BindRefused(var error) -> throw new CannotConnect("binding event-channel: " + error);
      case NoSuchDomain _ -> throw new CannotConnect("domain " + setup.frontend() + " is gone");
    };
  }

  private VbdLink link(Binding state, PortBound bound) {
    BlockImage image = state.image();
    Blkback.Disk disk = new Blkback.Disk(image, device.access(), setup.devid() & HANDLE_MASK);
    Blkback.Link ring = new Blkback.Link(state.ring().page(), state.grants(), bound.peer());
    return new VbdLink(
        new VbdLink.Held(image, state.ring(), bound.port()),
        state.bell(),
        new Blkback(ring, disk, state.bell()),
        new Dom0Time(setup.hypervisor()));
  }

  /** Lets go of what a state holds that is left for one without a connection. */
  static void letGo(VbdState state) {
    switch (state) {
      case Linked linked -> linked.link().letGo();
      case Mapping mapping -> mapping.image().close();
      case Binding binding -> {
        binding.ring().close();
        binding.image().close();
      }
      default -> {}
    }
  }

  private record Answer(ActorRef<VbdBackendCommand> self) implements OpenDone {
    @Override
    public void opened(BlockImage image) {
      self.tell(new ImageOpened(image));
    }

    @Override
    public void failed(IOException failure) {
      self.tell(new OpenFailed(failure));
    }
  }
}
