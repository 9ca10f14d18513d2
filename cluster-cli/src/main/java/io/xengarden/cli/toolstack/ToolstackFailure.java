package io.xengarden.cli.toolstack;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.ToolstackError.Reason;

/** A call that a host refused or never answered. The message is one line for people. */
public final class ToolstackFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** libxl's ERROR_FAIL, for failures that carry no number of their own. */
  public static final int ERROR_FAIL = 3;

  private final Reason reason;
  private final int libxlError;
  private final boolean unreachable;

  private ToolstackFailure(ToolstackError error, boolean unreachable) {
    super(error.getMessage());
    this.reason = error.getReason();
    this.libxlError = error.getLibxlError() == 0 ? ERROR_FAIL : error.getLibxlError();
    this.unreachable = unreachable;
  }

  /** No toolstack could be asked at all. */
  public static ToolstackFailure unreachable(String message) {
    return new ToolstackFailure(
        ToolstackError.newBuilder()
            .setMessage(message)
            .setReason(Reason.REASON_HOST_UNREACHABLE)
            .build(),
        true);
  }

  /** The domain is nowhere that anyone can say. */
  static ToolstackFailure lost(String name, String owner) {
    return new ToolstackFailure(
        ToolstackError.newBuilder()
            .setMessage("domain " + name + " is lost: its owner " + owner + " is not Up")
            .setReason(Reason.REASON_OWNERSHIP)
            .build(),
        false);
  }

  /** What a gRPC error says; {@code host} names the host that was called. */
  static ToolstackFailure of(String host, RuntimeException e) {
    Status status = Status.fromThrowable(e);
    ToolstackError detail = detail(e);
    if (detail != null) {
      return new ToolstackFailure(detail, false);
    }
    return switch (status.getCode()) {
      case UNAVAILABLE -> unreachable(host + " does not answer: its toolstack is not running");
      case DEADLINE_EXCEEDED -> unreachable(host + " did not answer in time");
      case UNIMPLEMENTED ->
          plain(host + " does not know this call; its daemon is of another version");
      default -> plain(host + ": " + oneLine(status));
    };
  }

  private static ToolstackFailure plain(String message) {
    return new ToolstackFailure(ToolstackError.newBuilder().setMessage(message).build(), false);
  }

  private static ToolstackError detail(RuntimeException e) {
    com.google.rpc.Status rich = StatusProto.fromThrowable(e);
    if (rich == null) {
      return null;
    }
    for (Any any : rich.getDetailsList()) {
      if (any.is(ToolstackError.class)) {
        try {
          return any.unpack(ToolstackError.class);
        } catch (InvalidProtocolBufferException malformed) {
          return null;
        }
      }
    }
    return null;
  }

  private static String oneLine(Status status) {
    String description = status.getDescription();
    String text =
        description == null ? status.getCode().name() : description.lines().findFirst().orElse("");
    return text.isBlank() ? status.getCode().name() : text;
  }

  public Reason reason() {
    return reason;
  }

  /** libxl's error number, positive. */
  public int libxlError() {
    return libxlError;
  }

  /** No daemon answered, as opposed to a daemon that refused. */
  public boolean isUnreachable() {
    return unreachable;
  }
}
