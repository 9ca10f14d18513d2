package io.xengarden.cli.toolstack;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.proto.v1.*;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A peer: the wire's service on a loopback port, with a table of domains behind it. */
public final class FakeToolstack extends ToolstackGrpc.ToolstackImplBase implements AutoCloseable {
  public final List<DomainInfo> domains = new ArrayList<>();
  public final List<VcpuInfo> vcpus = new ArrayList<>();
  public final List<BlockDevice> blockDevices = new ArrayList<>();
  public final List<NetworkDevice> networkDevices = new ArrayList<>();
  public final List<Event> events = new ArrayList<>();
  public final List<RunCommandOutput> runOutputs = new ArrayList<>();
  public final List<ShutdownProgress> shutdownSteps = new ArrayList<>();

  /** The cluster as this host knows it. */
  public final List<ClusterHost> clusterHosts = new CopyOnWriteArrayList<>();

  public final List<ClusterDomain> clusterDomains = new CopyOnWriteArrayList<>();
  public volatile boolean registerReachable = true;

  /** Every request, in order of arrival. */
  public final BlockingQueue<Object> requests = new LinkedBlockingQueue<>();

  public final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();

  /** The refusal of the next call, when set. */
  public volatile StatusRuntimeException refusal;

  public volatile boolean runHangs;
  public volatile boolean consoleEndsAtOnce;
  public GetHostInfoResponse hostInfo = GetHostInfoResponse.getDefaultInstance();
  public String xenLog = "";
  private final Server server;

  public FakeToolstack() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .addService(new Directory())
            .build()
            .start();
  }

  /** Says what a host is to the cluster, in place of what was said before. */
  public void see(String host, HostState state) {
    clusterHosts.removeIf(known -> known.getName().equals(host));
    clusterHosts.add(ClusterHost.newBuilder().setName(host).setState(state).build());
  }

  private final class Directory extends ClusterGrpc.ClusterImplBase {
    @Override
    public void listClusterHosts(
        ListClusterHostsRequest request, StreamObserver<ListClusterHostsResponse> observer) {
      observer.onNext(
          ListClusterHostsResponse.newBuilder()
              .addAllHosts(clusterHosts)
              .setRegisterReachable(registerReachable)
              .build());
      observer.onCompleted();
    }

    @Override
    public void listClusterDomains(
        ListClusterDomainsRequest request, StreamObserver<ListClusterDomainsResponse> observer) {
      observer.onNext(
          ListClusterDomainsResponse.newBuilder()
              .addAllDomains(clusterDomains)
              .setRegisterReachable(registerReachable)
              .build());
      observer.onCompleted();
    }

    @Override
    public void forgetDomain(
        ForgetDomainRequest request, StreamObserver<ForgetDomainResponse> observer) {
      answer(request, observer, ForgetDomainResponse.getDefaultInstance());
    }
  }

  public void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }

  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** What the daemon sends when it refuses. */
  public static StatusRuntimeException error(Reason reason, int libxlError, String message) {
    ToolstackError detail =
        ToolstackError.newBuilder()
            .setReason(reason)
            .setLibxlError(libxlError)
            .setMessage(message)
            .build();
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Code.FAILED_PRECONDITION_VALUE)
            .setMessage(message)
            .addDetails(Any.pack(detail))
            .build());
  }

  private <T> void answer(Object request, StreamObserver<T> observer, T response) {
    requests.add(request);
    if (refusal != null) {
      observer.onError(refusal);
    } else {
      observer.onNext(response);
      observer.onCompleted();
    }
  }

  private <T> boolean refused(DomainSelector selector, StreamObserver<T> observer) {
    if (find(selector).isPresent()) {
      return false;
    }
    observer.onError(error(Reason.REASON_NO_SUCH_DOMAIN, 21, "no such domain"));
    return true;
  }

  private Optional<DomainInfo> find(DomainSelector selector) {
    return domains.stream()
        .filter(
            d ->
                switch (selector.getByCase()) {
                  case DOMID -> d.getDomid() == selector.getDomid();
                  case NAME -> d.getName().equals(selector.getName());
                  case UUID -> d.getUuid().equals(selector.getUuid());
                  case BY_NOT_SET -> false;
                })
        .findFirst();
  }

  @Override
  public void createDomain(
      CreateDomainRequest request, StreamObserver<CreateDomainResponse> observer) {
    DomainInfo created =
        DomainInfo.newBuilder()
            .setDomid(7)
            .setName(request.getConfig().getName())
            .setConfig(request.getConfig())
            .build();
    if (refusal == null && !request.getDryRun()) {
      domains.add(created);
    }
    answer(request, observer, CreateDomainResponse.newBuilder().setDomain(created).build());
  }

  @Override
  public void destroyDomain(
      DestroyDomainRequest request, StreamObserver<DestroyDomainResponse> observer) {
    if (refusal != null || !refused(request.getDomain(), observer)) {
      answer(request, observer, DestroyDomainResponse.getDefaultInstance());
    }
  }

  @Override
  public void pauseDomain(
      PauseDomainRequest request, StreamObserver<PauseDomainResponse> observer) {
    if (refusal != null || !refused(request.getDomain(), observer)) {
      answer(request, observer, PauseDomainResponse.getDefaultInstance());
    }
  }

  @Override
  public void unpauseDomain(
      UnpauseDomainRequest request, StreamObserver<UnpauseDomainResponse> observer) {
    if (refusal != null || !refused(request.getDomain(), observer)) {
      answer(request, observer, UnpauseDomainResponse.getDefaultInstance());
    }
  }

  @Override
  public void shutdownDomain(
      ShutdownDomainRequest request, StreamObserver<ShutdownProgress> observer) {
    if (refusal == null && refused(request.getDomain(), observer)) {
      return;
    }
    requests.add(request);
    if (refusal != null) {
      observer.onError(refusal);
      return;
    }
    shutdownSteps.forEach(observer::onNext);
    observer.onCompleted();
  }

  @Override
  public void listDomains(
      ListDomainsRequest request, StreamObserver<ListDomainsResponse> observer) {
    answer(request, observer, ListDomainsResponse.newBuilder().addAllDomains(domains).build());
  }

  @Override
  public void getDomain(GetDomainRequest request, StreamObserver<GetDomainResponse> observer) {
    Optional<DomainInfo> domain = find(request.getDomain());
    if (domain.isEmpty()) {
      observer.onError(error(Reason.REASON_NO_SUCH_DOMAIN, 21, "no such domain"));
    } else {
      observer.onNext(GetDomainResponse.newBuilder().setDomain(domain.get()).build());
      observer.onCompleted();
    }
  }

  @Override
  public void listVcpus(ListVcpusRequest request, StreamObserver<ListVcpusResponse> observer) {
    answer(request, observer, ListVcpusResponse.newBuilder().addAllVcpus(vcpus).build());
  }

  @Override
  public void listBlockDevices(
      ListBlockDevicesRequest request, StreamObserver<ListBlockDevicesResponse> observer) {
    if (!refused(request.getDomain(), observer)) {
      answer(
          request,
          observer,
          ListBlockDevicesResponse.newBuilder().addAllDevices(blockDevices).build());
    }
  }

  @Override
  public void listNetworkDevices(
      ListNetworkDevicesRequest request, StreamObserver<ListNetworkDevicesResponse> observer) {
    if (!refused(request.getDomain(), observer)) {
      answer(
          request,
          observer,
          ListNetworkDevicesResponse.newBuilder().addAllDevices(networkDevices).build());
    }
  }

  /** Echoes every key, and ends when it reads "bye". */
  @Override
  public StreamObserver<ConsoleInput> attachConsole(StreamObserver<ConsoleOutput> observer) {
    ((ServerCallStreamObserver<ConsoleOutput>) observer)
        .setOnCancelHandler(() -> cancelled.add("console"));
    return new StreamObserver<>() {
      private final StringBuilder typed = new StringBuilder();

      @Override
      public void onNext(ConsoleInput input) {
        requests.add(input);
        if (input.hasDomain()) {
          if (!refused(input.getDomain(), observer)) {
            observer.onNext(output("login: "));
            if (consoleEndsAtOnce) {
              observer.onCompleted();
            }
          }
          return;
        }
        typed.append(input.getKeys().toStringUtf8());
        observer.onNext(output(input.getKeys().toStringUtf8()));
        if (typed.indexOf("bye") >= 0) {
          observer.onCompleted();
        }
      }

      @Override
      public void onError(Throwable error) {
        cancelled.add("console");
      }

      @Override
      public void onCompleted() {
        requests.add("end of input");
      }
    };
  }

  private static ConsoleOutput output(String text) {
    return ConsoleOutput.newBuilder().setData(ByteString.copyFromUtf8(text)).build();
  }

  @Override
  public void runCommand(RunCommandRequest request, StreamObserver<RunCommandOutput> observer) {
    ((ServerCallStreamObserver<RunCommandOutput>) observer)
        .setOnCancelHandler(() -> cancelled.add("run"));
    requests.add(request);
    if (refusal != null) {
      observer.onError(refusal);
      return;
    }
    runOutputs.forEach(observer::onNext);
    if (!runHangs) {
      observer.onCompleted();
    }
  }

  @Override
  public void getHostInfo(
      GetHostInfoRequest request, StreamObserver<GetHostInfoResponse> observer) {
    answer(request, observer, hostInfo);
  }

  @Override
  public void readXenLog(ReadXenLogRequest request, StreamObserver<ReadXenLogResponse> observer) {
    answer(
        request,
        observer,
        ReadXenLogResponse.newBuilder().setText(ByteString.copyFromUtf8(xenLog)).build());
  }

  @Override
  public void watchEvents(WatchEventsRequest request, StreamObserver<Event> observer) {
    requests.add(request);
    events.forEach(observer::onNext);
    observer.onCompleted();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
