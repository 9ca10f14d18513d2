package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.HypervisorCommand.ConsoleRingText;
import io.xengarden.hypervisor.HypervisorCommand.GetPhysInfo;
import io.xengarden.hypervisor.HypervisorCommand.PhysInfo;
import io.xengarden.hypervisor.HypervisorCommand.ReadConsoleRing;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.node.console.ShellCommand;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.ToolstackCommand;
import io.xengarden.node.toolstack.ToolstackCommand.CreatedDomain;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.BlockDevice;
import io.xengarden.proto.v1.ConsoleInput;
import io.xengarden.proto.v1.ConsoleOutput;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.CreateDomainResponse;
import io.xengarden.proto.v1.DestroyDomainRequest;
import io.xengarden.proto.v1.DestroyDomainResponse;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.GetDomainRequest;
import io.xengarden.proto.v1.GetDomainResponse;
import io.xengarden.proto.v1.GetHostInfoRequest;
import io.xengarden.proto.v1.GetHostInfoResponse;
import io.xengarden.proto.v1.ListBlockDevicesRequest;
import io.xengarden.proto.v1.ListBlockDevicesResponse;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ListDomainsResponse;
import io.xengarden.proto.v1.ListNetworkDevicesRequest;
import io.xengarden.proto.v1.ListNetworkDevicesResponse;
import io.xengarden.proto.v1.ListVcpusRequest;
import io.xengarden.proto.v1.ListVcpusResponse;
import io.xengarden.proto.v1.NetworkDevice;
import io.xengarden.proto.v1.PauseDomainRequest;
import io.xengarden.proto.v1.PauseDomainResponse;
import io.xengarden.proto.v1.ReadXenLogRequest;
import io.xengarden.proto.v1.ReadXenLogResponse;
import io.xengarden.proto.v1.RunCommandOutput;
import io.xengarden.proto.v1.RunCommandRequest;
import io.xengarden.proto.v1.ShutdownDomainRequest;
import io.xengarden.proto.v1.ShutdownProgress;
import io.xengarden.proto.v1.ToolstackGrpc;
import io.xengarden.proto.v1.UnpauseDomainRequest;
import io.xengarden.proto.v1.UnpauseDomainResponse;
import io.xengarden.proto.v1.VcpuInfo;
import io.xengarden.proto.v1.WatchEventsRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** toolstack.proto, served: each call becomes messages to the host's actors. */
final class ToolstackService extends ToolstackGrpc.ToolstackImplBase {
  /** For what the host answers from what it knows. */
  static final Duration QUERY_LIMIT = Duration.ofSeconds(20);

  /** For what builds or takes down a domain; longer than those limit themselves. */
  static final Duration OPERATION_LIMIT = Duration.ofMinutes(3);

  private final Calls calls;
  private final HostActors host;
  private final HostFacts facts;

  ToolstackService(Calls calls, HostActors host, HostFacts facts) {
    this.calls = calls;
    this.host = host;
    this.facts = facts;
  }

  @Override
  public void createDomain(CreateDomainRequest request, StreamObserver<CreateDomainResponse> call) {
    InitialState state = request.getPaused() ? InitialState.PAUSED : InitialState.RUNNING;
    calls.<CreatedDomain, CreateDomainResponse>answer(
        call,
        OPERATION_LIMIT,
        replyTo -> tell(creation(request, state, replyTo)),
        created ->
            CreateDomainResponse.newBuilder()
                .setDomain(created.info())
                .addAllWarnings(created.warnings())
                .build());
  }

  private static ToolstackCommand creation(
      CreateDomainRequest request, InitialState state, ActorRef<Outcome<CreatedDomain>> replyTo) {
    return request.getDryRun()
        ? new ToolstackCommand.CheckConfig(request.getConfig(), replyTo)
        : new ToolstackCommand.CreateDomain(request.getConfig(), state, replyTo);
  }

  @Override
  public void destroyDomain(
      DestroyDomainRequest request, StreamObserver<DestroyDomainResponse> call) {
    calls.<Domid, DestroyDomainResponse>answer(
        call,
        OPERATION_LIMIT,
        replyTo -> tell(new ToolstackCommand.DestroyDomain(request.getDomain(), replyTo)),
        _ -> DestroyDomainResponse.getDefaultInstance());
  }

  @Override
  public void pauseDomain(PauseDomainRequest request, StreamObserver<PauseDomainResponse> call) {
    calls.<Domid, PauseDomainResponse>answer(
        call,
        QUERY_LIMIT,
        replyTo -> tell(new ToolstackCommand.PauseDomain(request.getDomain(), replyTo)),
        _ -> PauseDomainResponse.getDefaultInstance());
  }

  @Override
  public void unpauseDomain(
      UnpauseDomainRequest request, StreamObserver<UnpauseDomainResponse> call) {
    calls.<Domid, UnpauseDomainResponse>answer(
        call,
        QUERY_LIMIT,
        replyTo -> tell(new ToolstackCommand.UnpauseDomain(request.getDomain(), replyTo)),
        _ -> UnpauseDomainResponse.getDefaultInstance());
  }

  @Override
  public void shutdownDomain(ShutdownDomainRequest request, StreamObserver<ShutdownProgress> call) {
    ActorRef<ShutdownStream.Command> stream =
        calls.start(ShutdownStream.create(host.toolstack(), request, call));
    streaming(call).setOnCancelHandler(() -> stream.tell(new ShutdownStream.Cancelled()));
  }

  @Override
  public void listDomains(ListDomainsRequest request, StreamObserver<ListDomainsResponse> call) {
    calls.<List<DomainInfo>, ListDomainsResponse>answer(
        call,
        QUERY_LIMIT,
        replyTo -> tell(new ToolstackCommand.ListDomains(replyTo)),
        domains -> ListDomainsResponse.newBuilder().addAllDomains(domains).build());
  }

  @Override
  public void getDomain(GetDomainRequest request, StreamObserver<GetDomainResponse> call) {
    calls.<DomainInfo, GetDomainResponse>answer(
        call,
        QUERY_LIMIT,
        replyTo -> tell(new ToolstackCommand.GetDomain(request.getDomain(), replyTo)),
        domain -> GetDomainResponse.newBuilder().setDomain(domain).build());
  }

  @Override
  public void listVcpus(ListVcpusRequest request, StreamObserver<ListVcpusResponse> call) {
    Optional<DomainSelector> domain =
        request.hasDomain() ? Optional.of(request.getDomain()) : Optional.empty();
    calls.<List<VcpuInfo>, ListVcpusResponse>answer(
        call,
        QUERY_LIMIT,
        replyTo -> tell(new ToolstackCommand.ListVcpus(domain, replyTo)),
        vcpus -> ListVcpusResponse.newBuilder().addAllVcpus(vcpus).build());
  }

  @Override
  public void listBlockDevices(
      ListBlockDevicesRequest request, StreamObserver<ListBlockDevicesResponse> call) {
    calls.<List<BlockDevice>, ListBlockDevicesResponse>answer(
        call,
        QUERY_LIMIT,
        replyTo -> tell(new ToolstackCommand.ListBlockDevices(request.getDomain(), replyTo)),
        devices -> ListBlockDevicesResponse.newBuilder().addAllDevices(devices).build());
  }

  @Override
  public void listNetworkDevices(
      ListNetworkDevicesRequest request, StreamObserver<ListNetworkDevicesResponse> call) {
    calls.<List<NetworkDevice>, ListNetworkDevicesResponse>answer(
        call,
        QUERY_LIMIT,
        replyTo -> tell(new ToolstackCommand.ListNetworkDevices(request.getDomain(), replyTo)),
        devices -> ListNetworkDevicesResponse.newBuilder().addAllDevices(devices).build());
  }

  @Override
  public StreamObserver<ConsoleInput> attachConsole(StreamObserver<ConsoleOutput> out) {
    ServerCallStreamObserver<ConsoleOutput> call = streaming(out);
    call.disableAutoRequest();
    ActorRef<ConsoleStream.Command> stream = calls.start(ConsoleStream.create(host, call));
    call.setOnReadyHandler(() -> stream.tell(new ConsoleStream.HasRoom()));
    call.setOnCancelHandler(() -> stream.tell(new ConsoleStream.Cancelled()));
    call.request(1);
    return new ConsoleKeys(stream);
  }

  @Override
  public void runCommand(RunCommandRequest request, StreamObserver<RunCommandOutput> out) {
    ServerCallStreamObserver<RunCommandOutput> call = streaming(out);
    ShellCommand command;
    try {
      command = ShellCommand.of(request.getCommandList());
    } catch (ShellCommand.NotTypeable e) {
      call.onError(RichErrors.of(ToolstackErrors.badRequest(e.getMessage())));
      return;
    }
    ActorRef<RunStream.Command> stream =
        calls.start(RunStream.create(host, request.getDomain(), command, call));
    call.setOnReadyHandler(() -> stream.tell(new RunStream.HasRoom()));
    call.setOnCancelHandler(() -> stream.tell(new RunStream.Cancelled()));
  }

  @Override
  public void getHostInfo(GetHostInfoRequest request, StreamObserver<GetHostInfoResponse> call) {
    calls.<PhysInfo, GetHostInfoResponse>answerAlways(
        call,
        QUERY_LIMIT,
        replyTo -> host.hypervisor().tell(new GetPhysInfo(replyTo)),
        facts::with);
  }

  @Override
  public void readXenLog(ReadXenLogRequest request, StreamObserver<ReadXenLogResponse> call) {
    calls.<ConsoleRingText, ReadXenLogResponse>answerAlways(
        call,
        QUERY_LIMIT,
        replyTo -> host.hypervisor().tell(new ReadConsoleRing(request.getClear(), replyTo)),
        ring ->
            ReadXenLogResponse.newBuilder()
                .setText(ByteString.copyFrom(ring.text(), StandardCharsets.UTF_8))
                .build());
  }

  @Override
  public void watchEvents(WatchEventsRequest request, StreamObserver<Event> out) {
    ServerCallStreamObserver<Event> call = streaming(out);
    ActorRef<EventStream.Command> stream =
        calls.start(EventStream.create(host.events(), request, call));
    call.setOnReadyHandler(() -> stream.tell(new EventStream.HasRoom()));
    call.setOnCancelHandler(() -> stream.tell(new EventStream.Cancelled()));
  }

  private void tell(ToolstackCommand command) {
    host.toolstack().tell(command);
  }

  private static <R> ServerCallStreamObserver<R> streaming(StreamObserver<R> call) {
    return (ServerCallStreamObserver<R>) call;
  }

  /** The client's side of a console. Its end is not the end of the output. */
  private record ConsoleKeys(ActorRef<ConsoleStream.Command> stream)
      implements StreamObserver<ConsoleInput> {
    @Override
    public void onNext(ConsoleInput input) {
      stream.tell(new ConsoleStream.Input(input));
    }

    @Override
    public void onError(Throwable cancelled) {
      stream.tell(new ConsoleStream.Cancelled());
    }

    @Override
    public void onCompleted() {
      // Output goes on.
    }
  }
}
