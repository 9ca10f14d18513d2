package io.xengarden.node.array.adapter;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.adapter.ArrayService.Bridge;
import io.xengarden.proto.v1.AnnounceHostRequest;
import io.xengarden.proto.v1.AnnounceHostResponse;
import io.xengarden.proto.v1.ClaimFormationRequest;
import io.xengarden.proto.v1.ClaimFormationResponse;
import io.xengarden.proto.v1.ClusterRegistryGrpc;
import io.xengarden.proto.v1.ListHostsRequest;
import io.xengarden.proto.v1.ListHostsResponse;
import java.util.regex.Pattern;

/** The list of the cluster's hosts, over gRPC. */
final class RegistryService extends ClusterRegistryGrpc.ClusterRegistryImplBase {
  private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final Pattern ADDRESS = Pattern.compile("[\\x21-\\x7e]{0,256}");

  private final Bridge bridge;

  RegistryService(Bridge bridge) {
    this.bridge = bridge;
  }

  @Override
  public void announceHost(
      AnnounceHostRequest request, StreamObserver<AnnounceHostResponse> response) {
    if (!HOST_NAME.matcher(request.getHost().getName()).matches()
        || !ADDRESS.matcher(request.getHost().getGrpc()).matches()
        || !ADDRESS.matcher(request.getHost().getMembership()).matches()
        || !ADDRESS.matcher(request.getHost().getProcess()).matches()) {
      response.onError(
          Bridge.invalid(new IllegalArgumentException("not a host's name and addresses")));
      return;
    }
    bridge.<RegisterCommand.AnnouncementAnswer>ask(
        replyTo -> new RegisterCommand.AnnounceHost(Wire.fromProto(request.getHost()), replyTo),
        answer -> {
          switch (answer) {
            case RegisterCommand.Announced(var host) ->
                Bridge.finish(
                    AnnounceHostResponse.newBuilder().setIncarnation(host.incarnation()).build(),
                    response);
            case RegisterCommand.RegisterFull(var why) ->
                response.onError(Status.RESOURCE_EXHAUSTED.withDescription(why).asException());
            case RegisterCommand.Unreachable(var why) -> response.onError(Bridge.unavailable(why));
          }
        },
        response);
  }

  @Override
  public void listHosts(ListHostsRequest request, StreamObserver<ListHostsResponse> response) {
    bridge.<RegisterCommand.HostsAnswer>ask(
        RegisterCommand.ListHosts::new,
        answer -> {
          switch (answer) {
            case RegisterCommand.Hosts(var hosts, var former) ->
                Bridge.finish(
                    ListHostsResponse.newBuilder()
                        .addAllHosts(hosts.stream().map(Wire::toProto).toList())
                        .setFormer(former)
                        .build(),
                    response);
            case RegisterCommand.Unreachable(var why) -> response.onError(Bridge.unavailable(why));
          }
        },
        response);
  }

  @Override
  public void claimFormation(
      ClaimFormationRequest request, StreamObserver<ClaimFormationResponse> response) {
    if (!HOST_NAME.matcher(request.getFormer()).matches()) {
      response.onError(Bridge.invalid(new IllegalArgumentException("not a host's name")));
      return;
    }
    bridge.<RegisterCommand.FormationAnswer>ask(
        replyTo ->
            new RegisterCommand.ClaimFormation(
                request.getExpectedFormer(), request.getFormer(), replyTo),
        answer -> {
          switch (answer) {
            case RegisterCommand.FormationClaimed(var former) ->
                Bridge.finish(formation(true, former), response);
            case RegisterCommand.FormationHeld(var former) ->
                Bridge.finish(formation(false, former), response);
            case RegisterCommand.Unreachable(var why) -> response.onError(Bridge.unavailable(why));
          }
        },
        response);
  }

  private static ClaimFormationResponse formation(boolean claimed, String former) {
    return ClaimFormationResponse.newBuilder().setClaimed(claimed).setFormer(former).build();
  }
}
