package io.xengarden.node.toolstack;

import io.xengarden.node.array.Ownership;
import io.xengarden.node.ownership.OwnershipCommand.AlreadyOwned;
import io.xengarden.node.ownership.OwnershipCommand.ArrayAway;
import io.xengarden.node.ownership.OwnershipCommand.ClaimAnswer;
import io.xengarden.node.ownership.OwnershipCommand.Claimed;
import io.xengarden.node.ownership.OwnershipCommand.ForgetAnswer;
import io.xengarden.node.ownership.OwnershipCommand.Forgotten;
import io.xengarden.node.ownership.OwnershipCommand.NoSuchRecord;
import io.xengarden.node.ownership.OwnershipCommand.NotNow;
import io.xengarden.node.ownership.OwnershipCommand.OwnerIsUp;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.util.Optional;
import java.util.UUID;

/**
 * What the toolstack refuses and how it says so: one line, and the error that libxl gives in the
 * same place. Source: tools/include/libxl.h and xen.md §1.1.
 */
public final class ToolstackErrors {
  /** libxl's ERROR_*, positive. */
  private static final int FAIL = 3;

  private static final int INVAL = 6;
  private static final int TIMEDOUT = 9;
  private static final int DOMAIN_NOTFOUND = 21;
  private static final int ABORTED = 22;
  private static final int DOMAIN_DESTROYED = 24;

  private ToolstackErrors() {}

  public static ToolstackError noSuchDomain(DomainSelector selector) {
    // A name is looked up by xl itself, which fails with INVAL; a number by libxl.
    int error = selector.hasName() ? INVAL : DOMAIN_NOTFOUND;
    return error(error, Reason.REASON_NO_SUCH_DOMAIN, inWords(selector) + " does not exist");
  }

  private static String inWords(DomainSelector selector) {
    return switch (selector.getByCase()) {
      case DOMID -> "domain '" + selector.getDomid() + "'";
      case NAME -> "domain '" + selector.getName() + "'";
      case UUID -> "domain with uuid '" + selector.getUuid() + "'";
      case BY_NOT_SET -> "a domain of no name";
    };
  }

  static ToolstackError badConfig(String message) {
    return error(INVAL, Reason.REASON_BAD_CONFIG, message);
  }

  static ToolstackError unsupportedKernel(String kernel) {
    return error(
        FAIL,
        Reason.REASON_UNSUPPORTED_KERNEL,
        "kernel '" + kernel + "' cannot be run by this host; there is builtin:pebble");
  }

  static ToolstackError nameInUse(String name) {
    return error(
        FAIL, Reason.REASON_NAME_IN_USE, "domain with name \"" + name + "\" already exists");
  }

  static ToolstackError uuidInUse(String uuid, String name) {
    return error(
        FAIL,
        Reason.REASON_UUID_IN_USE,
        "domain \"" + name + "\" has the uuid " + uuid + " already");
  }

  /** Why the register has not given a domain to this host. */
  static ToolstackError notOwned(ClaimAnswer answer) {
    return error(
        FAIL,
        Reason.REASON_OWNERSHIP,
        switch (answer) {
          case AlreadyOwned(var current, var lost) -> lost ? lost(current) : owned(current);
          case ArrayAway(var why) ->
              "the array is not reachable, so the domain cannot be claimed: " + why;
          case NotNow(var why) -> why;
          case Claimed(var ownership) -> throw new IllegalArgumentException(ownership.toString());
        });
  }

  private static String owned(Ownership current) {
    return "uuid %s (\"%s\") is owned by %s"
        .formatted(current.uuid(), current.domain().name(), current.owner());
  }

  private static String lost(Ownership current) {
    return ("uuid %s (\"%s\") is lost: its owner %s is not Up;"
            + " 'xengarden forget %s' says that it is dead")
        .formatted(current.uuid(), current.domain().name(), current.owner(), current.uuid());
  }

  /** Why a record is not forgotten; empty when it is. */
  public static Optional<ToolstackError> notForgotten(UUID uuid, ForgetAnswer answer) {
    return switch (answer) {
      case Forgotten _ -> Optional.empty();
      case NoSuchRecord() ->
          Optional.of(noSuchDomain(DomainSelector.newBuilder().setUuid(uuid.toString()).build()));
      case OwnerIsUp(var current) ->
          Optional.of(
              error(
                  INVAL,
                  Reason.REASON_OWNERSHIP,
                  owned(current) + ", which is Up: only a lost domain can be forgotten"));
      case ArrayAway(var why) ->
          Optional.of(
              error(
                  FAIL,
                  Reason.REASON_OWNERSHIP,
                  "the array is not reachable, so nothing can be forgotten: " + why));
    };
  }

  static ToolstackError notEnoughMemory(long kib) {
    return error(
        FAIL,
        Reason.REASON_NOT_ENOUGH_MEMORY,
        "failed to free memory for the domain: " + kib / 1024 + " MiB are not available");
  }

  /**
   * @param why names the disk's target
   */
  static ToolstackError diskUnavailable(String vdev, String why) {
    return error(INVAL, Reason.REASON_DISK_UNAVAILABLE, "disk vdev=" + vdev + ": " + why);
  }

  static ToolstackError privilegedDomain(String operation) {
    return error(
        INVAL,
        Reason.REASON_PRIVILEGED_DOMAIN,
        "cannot " + operation + " domain 0, the host's own");
  }

  public static ToolstackError notAcknowledged(long seconds) {
    return notAcknowledged("guest didn't acknowledge control request in " + seconds + " s");
  }

  public static ToolstackError notAcknowledged(String message) {
    return error(TIMEDOUT, Reason.REASON_NOT_ACKNOWLEDGED, message);
  }

  /** A host that is not of this cluster, or does not answer. */
  public static ToolstackError hostUnreachable(String message) {
    return error(FAIL, Reason.REASON_HOST_UNREACHABLE, message);
  }

  public static ToolstackError ownership(String message) {
    return error(FAIL, Reason.REASON_OWNERSHIP, message);
  }

  public static ToolstackError wrongState(String message) {
    return error(INVAL, Reason.REASON_WRONG_STATE, message);
  }

  public static ToolstackError limit(String message) {
    return error(FAIL, Reason.REASON_LIMIT, message);
  }

  public static ToolstackError busy(String name, String with) {
    return error(FAIL, Reason.REASON_BUSY, "domain \"" + name + "\" is being " + with);
  }

  public static ToolstackError aborted(String message) {
    return error(ABORTED, Reason.REASON_ABORTED, message);
  }

  /** A call that does not follow its protocol. */
  public static ToolstackError badRequest(String message) {
    return badConfig(message);
  }

  public static ToolstackError noConsole(DomainSelector selector) {
    return wrongState(inWords(selector) + " has no console");
  }

  /** While a call had to do with it. */
  public static ToolstackError leftTheHost(DomainSelector selector) {
    return error(
        DOMAIN_DESTROYED, Reason.REASON_NO_SUCH_DOMAIN, inWords(selector) + " has left the host");
  }

  /** Something failed that the request is not to blame for. */
  public static ToolstackError failed(String message) {
    return error(FAIL, Reason.REASON_UNSPECIFIED, message);
  }

  private static ToolstackError error(int libxl, Reason reason, String message) {
    return ToolstackError.newBuilder()
        .setLibxlError(libxl)
        .setReason(reason)
        .setMessage(message)
        .build();
  }
}
