package io.xengarden.cli.cluster;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** Something about the local cluster's processes that a person must know, in one line. */
public final class ClusterError extends Exception {
  private static final long serialVersionUID = 1L;

  public ClusterError(String message) {
    super(message);
  }

  /** Why a file could not be used, in the words of strerror(3). */
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "No such file or directory";
      case AccessDeniedException denied -> "Permission denied";
      case FileAlreadyExistsException exists -> "File exists";
      default -> {
        String message = e.getMessage();
        yield message == null
            ? e.getClass().getSimpleName()
            : message.lines().findFirst().orElse("");
      }
    };
  }
}
