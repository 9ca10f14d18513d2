package io.xengarden.node.grpc;

import io.grpc.stub.StreamObserver;
import io.xengarden.node.HostSettings;
import io.xengarden.node.XenHostCommand.ClusterActors;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.cluster.ClusterView;
import io.xengarden.node.cluster.ClusterView.HostView;
import io.xengarden.node.cluster.DirectoryCommand.GetView;
import io.xengarden.node.ownership.OwnershipCommand.Forget;
import io.xengarden.node.ownership.OwnershipCommand.ForgetAnswer;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.ClusterDomain;
import io.xengarden.proto.v1.ClusterGrpc;
import io.xengarden.proto.v1.ClusterHost;
import io.xengarden.proto.v1.ForgetDomainRequest;
import io.xengarden.proto.v1.ForgetDomainResponse;
import io.xengarden.proto.v1.HostState;
import io.xengarden.proto.v1.ListClusterDomainsRequest;
import io.xengarden.proto.v1.ListClusterDomainsResponse;
import io.xengarden.proto.v1.ListClusterHostsRequest;
import io.xengarden.proto.v1.ListClusterHostsResponse;
import io.xengarden.proto.v1.ToolstackError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** cluster.proto, served: the directory as this host knows it. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final long KIB_PER_MIB = 1024;

  private final Calls calls;
  private final ClusterActors cluster;

  ClusterService(Calls calls, ClusterActors cluster) {
    this.calls = calls;
    this.cluster = cluster;
  }

  @Override
  public void listClusterHosts(
      ListClusterHostsRequest request, StreamObserver<ListClusterHostsResponse> call) {
    calls.<ClusterView, ListClusterHostsResponse>answerAlways(
        call,
        LIMIT,
        replyTo -> cluster.directory().tell(new GetView(replyTo)),
        view ->
            ListClusterHostsResponse.newBuilder()
                .addAllHosts(view.hosts().stream().map(host -> host(host, view)).toList())
                .setRegisterReachable(view.registerReachable())
                .build());
  }

  private static ClusterHost host(HostView host, ClusterView view) {
    List<Ownership> here =
        view.ownerships().stream()
            .filter(o -> o.owner().equals(host.record().name()) && !view.isLost(o))
            .toList();
    long reservedKib = here.stream().mapToLong(o -> o.domain().memoryKib()).sum();
    long memoryMib = host.record().machine().memoryMib();
    return ClusterHost.newBuilder()
        .setName(host.record().name())
        .setState(state(host))
        .setGrpc(host.record().addresses().grpc())
        .setIncarnation(host.record().incarnation())
        .setDomains(here.size())
        .setCpus(host.record().machine().cpus())
        .setMemoryMib(memoryMib)
        .setFreeMib(
            Math.max(0, memoryMib - HostSettings.DOM0_MEMORY_MIB - reservedKib / KIB_PER_MIB))
        .build();
  }

  private static HostState state(HostView host) {
    return switch (host.state()) {
      case UP -> HostState.HOST_STATE_UP;
      case UNREACHABLE -> HostState.HOST_STATE_UNREACHABLE;
      case DOWN -> HostState.HOST_STATE_DOWN;
    };
  }

  @Override
  public void listClusterDomains(
      ListClusterDomainsRequest request, StreamObserver<ListClusterDomainsResponse> call) {
    calls.<ClusterView, ListClusterDomainsResponse>answerAlways(
        call,
        LIMIT,
        replyTo -> cluster.directory().tell(new GetView(replyTo)),
        view ->
            ListClusterDomainsResponse.newBuilder()
                .addAllDomains(view.ownerships().stream().map(o -> domain(o, view)).toList())
                .setRegisterReachable(view.registerReachable())
                .build());
  }

  private static ClusterDomain domain(Ownership ownership, ClusterView view) {
    return ClusterDomain.newBuilder()
        .setUuid(ownership.uuid().toString())
        .setName(ownership.domain().name())
        .setHost(ownership.owner())
        .setEpoch(ownership.epoch())
        .setLost(view.isLost(ownership))
        .setMemoryKib(ownership.domain().memoryKib())
        .setVcpus(ownership.domain().vcpus())
        .build();
  }

  @Override
  public void forgetDomain(ForgetDomainRequest request, StreamObserver<ForgetDomainResponse> call) {
    Optional<UUID> uuid = uuid(request.getUuid());
    if (uuid.isEmpty()) {
      call.onError(
          RichErrors.of(ToolstackErrors.badRequest("\"" + request.getUuid() + "\" is no uuid")));
      return;
    }
    calls.<ForgetAnswer, ForgetDomainResponse>tell(
        call,
        LIMIT,
        replyTo -> cluster.ownership().tell(new Forget(uuid.get(), replyTo)),
        answer -> forgotten(uuid.get(), answer, call));
  }

  private static void forgotten(
      UUID uuid, ForgetAnswer answer, StreamObserver<ForgetDomainResponse> call) {
    Optional<ToolstackError> error = ToolstackErrors.notForgotten(uuid, answer);
    if (error.isPresent()) {
      call.onError(RichErrors.of(error.get()));
    } else {
      call.onNext(ForgetDomainResponse.getDefaultInstance());
      call.onCompleted();
    }
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }
}
