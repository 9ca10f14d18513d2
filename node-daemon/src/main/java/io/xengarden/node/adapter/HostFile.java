package io.xengarden.node.adapter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** {@code host.json}: how a serving daemon is found. */
public final class HostFile {
  private static final String NAME = "host.json";

  private final Path file;

  public HostFile(Path hostDir) {
    this.file = hostDir.resolve(NAME);
  }

  /**
   * What the file and the READY line say.
   *
   * @param grpc host:port
   */
  public record Content(String name, long pid, String grpc) {
    /** One line. Nothing in it needs escaping: a name is letters, digits and {@code _.-}. */
    public String json() {
      return "{\"name\":\"%s\",\"pid\":%d,\"grpc\":\"%s\",\"xenstore\":\"\",\"libvirt\":\"\"}"
          .formatted(name, pid, grpc);
    }
  }

  /** Whoever reads sees the old file or the new one, whole. */
  public void write(Content content) throws IOException {
    Path fresh = file.resolveSibling(NAME + ".new");
    Files.writeString(fresh, content.json() + "\n", StandardCharsets.UTF_8);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  public void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
