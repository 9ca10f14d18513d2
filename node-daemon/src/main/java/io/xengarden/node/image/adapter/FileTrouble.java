package io.xengarden.node.image.adapter;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** One line for people out of what the JDK throws: what could not be done, to which file, why. */
final class FileTrouble {
  private FileTrouble() {}

  /**
   * @param what as in "save to"
   */
  static IOException cannot(String what, Path file, IOException cause) {
    return new IOException("cannot " + what + " " + file + ": " + reason(cause), cause);
  }

  /** In the words of errno, as xl prints them. */
  private static String reason(IOException cause) {
    return switch (cause) {
      case AccessDeniedException e -> "Permission denied";
      case NoSuchFileException e -> "No such file or directory";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
    };
  }
}
