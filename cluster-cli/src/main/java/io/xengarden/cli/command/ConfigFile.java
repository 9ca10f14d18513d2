package io.xengarden.cli.command;

import io.xengarden.cli.cluster.ClusterError;
import io.xengarden.cli.config.ConfigSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** An adapter: the text of a configuration file, read whole and bounded. */
public final class ConfigFile {
  private ConfigFile() {}

  /**
   * Reads a file.
   *
   * @throws IOException whose message is the reason in strerror(3)'s words
   */
  public static String read(Path directory, String name) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(directory.resolve(name))) {
      bytes = in.readNBytes(ConfigSettings.MAX_BYTES + 1);
    } catch (InvalidPathException e) {
      throw new IOException("No such file or directory", e);
    } catch (IOException e) {
      throw new IOException(ClusterError.reason(e), e);
    }
    if (bytes.length > ConfigSettings.MAX_BYTES) {
      throw new IOException("File too large");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
