package io.xengarden.node.overlay.adapter;

import com.google.protobuf.ByteString;
import io.xengarden.network.Frame;
import io.xengarden.network.OverlayLink.OverlayFrame;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/** Frames as they are between hosts: overlay.proto. */
final class FrameWire {
  private static final int UUID_BYTES = 16;
  private static final int MAX_BRIDGE = 64;

  private FrameWire() {}

  static io.xengarden.proto.v1.OverlayFrame write(OverlayFrame frame) {
    ByteBuffer uuid = ByteBuffer.allocate(UUID_BYTES);
    uuid.putLong(frame.uuid().getMostSignificantBits());
    uuid.putLong(frame.uuid().getLeastSignificantBits()).flip();
    return io.xengarden.proto.v1.OverlayFrame.newBuilder()
        .setBridge(frame.bridge())
        .setUuid(ByteString.copyFrom(uuid))
        .setEpoch(frame.epoch())
        .setFrame(ByteString.copyFrom(frame.frame().buffer()))
        .build();
  }

  /** Empty for what cannot be a frame. */
  static Optional<OverlayFrame> read(io.xengarden.proto.v1.OverlayFrame frame) {
    boolean possible =
        frame.getUuid().size() == UUID_BYTES
            && frame.getEpoch() >= 1
            && frame.getBridge().length() <= MAX_BRIDGE
            && Frame.isLength(frame.getFrame().size());
    if (!possible) {
      return Optional.empty();
    }
    ByteBuffer uuid = frame.getUuid().asReadOnlyByteBuffer();
    return Optional.of(
        new OverlayFrame(
            frame.getBridge(),
            new UUID(uuid.getLong(), uuid.getLong()),
            frame.getEpoch(),
            Frame.of(frame.getFrame().toByteArray())));
  }
}
