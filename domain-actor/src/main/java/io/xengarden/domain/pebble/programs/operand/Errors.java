package io.xengarden.domain.pebble.programs.operand;

import io.xengarden.abi.Errno;

/** What strerror says. */
public final class Errors {
  private Errors() {}

  /** The text of a negative errno. */
  public static String text(long result) {
    return switch (Errno.of((int) -result)) {
      case ENOENT -> "No such file or directory";
      case EIO -> "Input/output error";
      case ENOMEM -> "Cannot allocate memory";
      case EISDIR -> "Is a directory";
      case ENODEV -> "No such device";
      case EINVAL -> "Invalid argument";
      case ENOSPC -> "No space left on device";
      case EROFS -> "Read-only file system";
      case ENOSYS -> "Function not implemented";
      case EOPNOTSUPP -> "Operation not supported";
      case EPERM -> "Operation not permitted";
      case ESRCH -> "No such process";
      case ETIMEDOUT -> "Connection timed out";
      default -> "Unknown error " + -result;
    };
  }
}
