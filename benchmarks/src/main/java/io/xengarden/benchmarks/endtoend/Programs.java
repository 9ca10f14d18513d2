package io.xengarden.benchmarks.endtoend;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Programs that are run to their end. */
final class Programs {
  private Programs() {}

  /** What it prints on standard output; throws what it said on standard error when it fails. */
  static String run(ProcessBuilder program) throws IOException {
    Path errors = Files.createTempFile("xengarden-bench", ".err");
    try {
      Process process = program.redirectError(errors.toFile()).start();
      process.getOutputStream().close();
      byte[] output = process.getInputStream().readAllBytes();
      if (await(process) != 0) {
        throw new IOException(
            String.join(" ", program.command()) + ": " + Files.readString(errors));
      }
      return new String(output, StandardCharsets.UTF_8);
    } finally {
      Files.delete(errors);
    }
  }

  static int await(Process process) throws InterruptedIOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }
}
