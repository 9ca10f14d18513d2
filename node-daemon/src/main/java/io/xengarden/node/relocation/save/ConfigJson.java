package io.xengarden.node.relocation.save;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.xengarden.proto.v1.DomainConfig;
import java.io.IOException;

/** A domain's configuration as an image carries it: DomainConfig in JSON, under its own names. */
final class ConfigJson {
  private ConfigJson() {}

  static String write(DomainConfig config) {
    try {
      return JsonFormat.printer()
          .preservingProtoFieldNames()
          .omittingInsignificantWhitespace()
          .print(config);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // only of an Any that is not known, and there is none
    }
  }

  /**
   * Unknown fields are passed over: a later version may have more. An image of xl's has a
   * configuration of another shape altogether, which is refused.
   */
  static DomainConfig read(String file, String json) throws IOException {
    DomainConfig.Builder config = DomainConfig.newBuilder();
    try {
      JsonFormat.parser().ignoringUnknownFields().merge(json, config);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(file + ": domain configuration: " + firstLine(e));
    }
    if (config.getName().isEmpty() || config.getUuid().isEmpty()) {
      throw new IOException(
          file + ": domain configuration: not one of Xengarden's, which cannot run this guest");
    }
    return config.build();
  }

  private static String firstLine(InvalidProtocolBufferException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("not JSON");
  }
}
