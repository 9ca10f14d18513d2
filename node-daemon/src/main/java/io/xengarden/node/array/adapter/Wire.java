package io.xengarden.node.array.adapter;

import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Ownership;
import java.util.UUID;

/** The register's records to and from array.proto. */
final class Wire {
  private Wire() {}

  static io.xengarden.proto.v1.Ownership toProto(Ownership o) {
    return io.xengarden.proto.v1.Ownership.newBuilder()
        .setUuid(o.uuid().toString())
        .setOwner(o.owner())
        .setIncarnation(o.incarnation())
        .setEpoch(o.epoch())
        .setAttempt(o.attempt())
        .setName(o.domain().name())
        .setMemoryKib(o.domain().memoryKib())
        .setVcpus(o.domain().vcpus())
        .build();
  }

  /**
   * @throws IllegalArgumentException when the uuid is none
   */
  static Ownership fromProto(io.xengarden.proto.v1.Ownership o) {
    return new Ownership(
        UUID.fromString(o.getUuid()),
        o.getOwner(),
        o.getIncarnation(),
        o.getEpoch(),
        o.getAttempt(),
        new Ownership.Description(o.getName(), o.getMemoryKib(), o.getVcpus()));
  }

  static io.xengarden.proto.v1.HostRecord toProto(HostRecord h) {
    return io.xengarden.proto.v1.HostRecord.newBuilder()
        .setName(h.name())
        .setIncarnation(h.incarnation())
        .setProcess(h.process())
        .setGrpc(h.addresses().grpc())
        .setMembership(h.addresses().membership())
        .setCpus(h.machine().cpus())
        .setMemoryMib(h.machine().memoryMib())
        .build();
  }

  static HostRecord fromProto(io.xengarden.proto.v1.HostRecord h) {
    return new HostRecord(
        h.getName(),
        h.getIncarnation(),
        h.getProcess(),
        new HostRecord.Addresses(h.getGrpc(), h.getMembership()),
        new HostRecord.Machine(h.getCpus(), h.getMemoryMib()));
  }
}
