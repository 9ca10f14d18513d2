package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.domain.CapturedState;
import io.xengarden.domain.DomainCommand;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import java.util.Optional;
import java.util.UUID;

/**
 * What a save, a restore or a migration asks of the toolstack. It takes the life of one domain into
 * its hands, by {@link Freeze} or {@link Expect}, and gives it back by one of the others; meanwhile
 * nobody else can pause, shut down, destroy or restart it. The end of the flow without a word
 * leaves the domain as it stands, for a person to destroy.
 */
public sealed interface RelocationRequest {
  /** How a domain that is expected becomes this host's. */
  enum Claims {
    /** As one that is created: the register gives it to this host before anything is made. */
    FIRST,
    /** The record moves here when another host's commit says so. */
    BY_COMMIT
  }

  /** What is done with a domain that is frozen. */
  enum Purpose {
    SAVE("save", "saved"),
    MIGRATION("migrate", "migrated");

    private final String verb;
    private final String participle;

    Purpose(String verb, String participle) {
      this.verb = verb;
      this.participle = participle;
    }

    String verb() {
      return verb;
    }

    String participle() {
      return participle;
    }
  }

  /** Takes a domain that runs. Refused for one that is paused, shut down, or in other hands. */
  record Freeze(
      DomainSelector domain,
      Purpose purpose,
      ActorRef<RelocationNotice> flow,
      ActorRef<Outcome<Frozen>> replyTo)
      implements RelocationRequest {}

  /** Shows a frozen domain under another name. */
  record Rename(long instance, String name) implements RelocationRequest {}

  /**
   * The domain's life goes on here as the domain stands: running, or shut down, whose {@code on_…}
   * action follows.
   *
   * @param ownership its record in the register, whose epoch may have been raised
   */
  record Thaw(long instance, Ownership ownership) implements RelocationRequest {}

  /**
   * The domain's life here is over: it is taken down and not restarted. Answered when nothing is
   * left.
   */
  record Release(long instance, Remaining record, String why, ActorRef<Outcome<Domid>> replyTo)
      implements RelocationRequest {}

  /** What becomes of the record in the register of a domain that is over here. */
  enum Remaining {
    /** It is removed, if this host has it. */
    REMOVED,
    /** It is somebody else's. */
    ELSEWHERE
  }

  /**
   * Makes place for a domain from elsewhere: everything but its pages and state. {@link
   * RelocationNotice.MemoryReady} or {@link RelocationNotice.BuildFailed} follows.
   *
   * @param config complete, or refused
   * @param name what it is called until it is adopted
   */
  record Expect(
      DomainConfig config,
      String name,
      Claims claims,
      ActorRef<RelocationNotice> flow,
      ActorRef<Outcome<Expected>> replyTo)
      implements RelocationRequest {}

  /**
   * The pages of an expected domain are in its memory. {@link RelocationNotice.Built} or {@link
   * RelocationNotice.BuildFailed} follows.
   */
  record Arrive(long instance, CapturedState state) implements RelocationRequest {}

  /**
   * An arrived domain is this host's: it gets its own name and runs. Refused when it cannot; then
   * it is still there, and paused.
   *
   * @param ownership the record that a commit has moved here; empty for one claimed first
   */
  record Adopt(
      long instance,
      InitialState state,
      Optional<Ownership> ownership,
      ActorRef<Outcome<DomainInfo>> replyTo)
      implements RelocationRequest {}

  /** The answer to an adoption's unpause. From the toolstack to itself. */
  record Unpaused(long instance, DomctlReply reply, ActorRef<Outcome<DomainInfo>> replyTo)
      implements RelocationRequest {}

  /** A flow has ended. From the toolstack to itself. */
  record FlowEnded(long instance) implements RelocationRequest {}

  /**
   * A domain whose life is frozen.
   *
   * @param config with which it could be created again, under the name and uuid it has now
   * @param ownership its record in the register
   */
  record Frozen(
      long instance,
      DomainConfig config,
      Ownership ownership,
      XenDomain xen,
      ActorRef<DomainCommand> actor) {
    public UUID uuid() {
      return ownership.uuid();
    }

    public Domid domid() {
      return xen.domid();
    }

    public String name() {
      return config.getName();
    }
  }

  /** A domain whose place is being made. */
  record Expected(long instance, UUID uuid, DomainConfig config) {}
}
