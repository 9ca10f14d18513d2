package io.xengarden.cli.cluster;

import io.xengarden.cli.text.Json;
import io.xengarden.cli.text.JsonError;
import java.util.Optional;

/**
 * What a host daemon says of itself once it serves: in {@code hostN/host.json} and behind {@code
 * READY} on its standard output.
 *
 * @param grpc "127.0.0.1:PORT"
 * @param xenstore path of the xenstored socket, or ""
 * @param libvirt "xen+tcp://127.0.0.1:PORT/system", or ""
 */
public record HostRecord(String name, long pid, String grpc, String xenstore, String libvirt) {

  Json toJson() {
    return Json.fields()
        .with("name", name)
        .with("pid", pid)
        .with("grpc", grpc)
        .with("xenstore", xenstore)
        .with("libvirt", libvirt);
  }

  /** Empty when the text is no host record. */
  static Optional<HostRecord> parse(String text) {
    try {
      if (Json.parse(text) instanceof Json.Fields fields) {
        Optional<String> name = fields.text("name");
        Optional<Long> pid = fields.number("pid");
        Optional<String> grpc = fields.text("grpc");
        if (name.isPresent() && pid.isPresent() && grpc.isPresent()) {
          return Optional.of(
              new HostRecord(
                  name.get(),
                  pid.get(),
                  grpc.get(),
                  fields.text("xenstore").orElse(""),
                  fields.text("libvirt").orElse("")));
        }
      }
    } catch (JsonError e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
