package io.xengarden.node.array.adapter;

import com.google.protobuf.InvalidProtocolBufferException;
import io.xengarden.node.array.RegisterEntry;
import io.xengarden.proto.v1.RegisterJournalEntry;
import java.util.UUID;

/** Register entries as bytes of the journal (array.proto, RegisterJournalEntry). */
final class EntryCodec {
  private EntryCodec() {}

  static byte[] encode(RegisterEntry entry) {
    RegisterJournalEntry.Builder out = RegisterJournalEntry.newBuilder();
    switch (entry) {
      case RegisterEntry.OwnershipPut(var ownership) -> out.setPut(Wire.toProto(ownership));
      case RegisterEntry.OwnershipRemoved(var uuid, var epoch) ->
          out.getRemovedBuilder().setUuid(uuid.toString()).setEpoch(epoch);
      case RegisterEntry.HostAnnounced(var host) -> out.setHost(Wire.toProto(host));
      case RegisterEntry.FormerClaimed(var host) -> out.setFormer(host);
    }
    return out.build().toByteArray();
  }

  /**
   * @throws InvalidProtocolBufferException when the bytes are no entry
   */
  static RegisterEntry decode(byte[] bytes) throws InvalidProtocolBufferException {
    RegisterJournalEntry in = RegisterJournalEntry.parseFrom(bytes);
    return switch (in.getEntryCase()) {
      case PUT -> new RegisterEntry.OwnershipPut(Wire.fromProto(in.getPut()));
      case REMOVED ->
          new RegisterEntry.OwnershipRemoved(
              UUID.fromString(in.getRemoved().getUuid()), in.getRemoved().getEpoch());
      case HOST -> new RegisterEntry.HostAnnounced(Wire.fromProto(in.getHost()));
      case FORMER -> new RegisterEntry.FormerClaimed(in.getFormer());
      case ENTRY_NOT_SET -> throw new InvalidProtocolBufferException("an entry without content");
    };
  }
}
