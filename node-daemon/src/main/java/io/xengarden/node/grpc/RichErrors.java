package io.xengarden.node.grpc;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.xengarden.proto.v1.ToolstackError;

/** The toolstack's errors as google.rpc.Status, with the error itself in the details. */
final class RichErrors {
  private RichErrors() {}

  static StatusRuntimeException of(ToolstackError error) {
    Status status =
        Status.newBuilder()
            .setCode(code(error).getNumber())
            .setMessage(error.getMessage())
            .addDetails(Any.pack(error))
            .build();
    return StatusProto.toStatusRuntimeException(status);
  }

  private static Code code(ToolstackError error) {
    return switch (error.getReason()) {
      case REASON_NO_SUCH_DOMAIN -> Code.NOT_FOUND;
      case REASON_NAME_IN_USE, REASON_UUID_IN_USE -> Code.ALREADY_EXISTS;
      case REASON_BAD_CONFIG, REASON_UNSUPPORTED_KERNEL -> Code.INVALID_ARGUMENT;
      case REASON_NOT_ENOUGH_MEMORY, REASON_LIMIT -> Code.RESOURCE_EXHAUSTED;
      case REASON_DISK_UNAVAILABLE, REASON_WRONG_STATE, REASON_NOT_ACKNOWLEDGED ->
          Code.FAILED_PRECONDITION;
      case REASON_PRIVILEGED_DOMAIN -> Code.PERMISSION_DENIED;
      case REASON_ABORTED, REASON_OWNERSHIP, REASON_BUSY -> Code.ABORTED;
      case REASON_HOST_UNREACHABLE -> Code.UNAVAILABLE;
      case REASON_UNSPECIFIED, UNRECOGNIZED -> Code.INTERNAL;
    };
  }
}
