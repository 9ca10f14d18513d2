package io.xengarden.cli.rehearsal;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.stub.StreamObserver;
import io.xengarden.cli.Main;
import io.xengarden.cli.Xengarden;
import io.xengarden.cli.cluster.ClusterDirectory;
import io.xengarden.cli.cluster.ClusterPlan;
import io.xengarden.cli.cluster.HostProcess;
import io.xengarden.cli.cluster.HostRecord;
import io.xengarden.cli.command.Streams;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.GetDomainRequest;
import io.xengarden.proto.v1.GetDomainResponse;
import io.xengarden.proto.v1.GetHostInfoRequest;
import io.xengarden.proto.v1.GetHostInfoResponse;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ListDomainsResponse;
import io.xengarden.proto.v1.ToolstackGrpc;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Run once after a build, never by a user: types the common commands at a toolstack that answers
 * with next to nothing, so that the JVM can write down which classes they need
 * (-XX:AOTCacheOutput). Starting from that cache halves the time a command takes.
 */
public final class Rehearsal {
  private static final String SCRIPT =
      """
      hosts
      xl list -v
      xl list 1
      xl domid rehearsal
      xl info
      xl create -n /dev/null name="x" kernel="builtin:pebble" disk=["/x,raw,xvda,rw"]
      xl pause 1
      xm list
      run rehearsal -- true
      events
      """;

  private Rehearsal() {}

  private static final class Audience extends ToolstackGrpc.ToolstackImplBase {
    private static final DomainInfo DOMAIN =
        DomainInfo.newBuilder().setDomid(1).setName("rehearsal").build();

    @Override
    public void listDomains(
        ListDomainsRequest request, StreamObserver<ListDomainsResponse> observer) {
      observer.onNext(ListDomainsResponse.newBuilder().addDomains(DOMAIN).build());
      observer.onCompleted();
    }

    @Override
    public void getDomain(GetDomainRequest request, StreamObserver<GetDomainResponse> observer) {
      observer.onNext(GetDomainResponse.newBuilder().setDomain(DOMAIN).build());
      observer.onCompleted();
    }

    @Override
    public void getHostInfo(
        GetHostInfoRequest request, StreamObserver<GetHostInfoResponse> observer) {
      observer.onNext(GetHostInfoResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  public static void main(String[] args) throws IOException {
    HostConnection.quiet();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .channelType(NioServerSocketChannel.class)
            .bossEventLoopGroup(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
            .workerEventLoopGroup(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
            .addService(new Audience())
            .build()
            .start();
    Path stage = Files.createTempDirectory("xengarden-rehearsal");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(stage)));
    pretend(stage, "127.0.0.1:" + server.getPort());
    perform(stage);
    // The last one as the process itself would, which ends this one.
    Main.main(new String[] {"--dir", stage.toString(), "xl", "list"});
  }

  private static void pretend(Path stage, String address) throws IOException {
    ClusterDirectory cluster = new ClusterDirectory(stage);
    long pid = ProcessHandle.current().pid();
    cluster.writePlan(new ClusterPlan(1, 1, 1, false, false));
    cluster.writeProcess("host1", HostProcess.of(pid));
    cluster.writeRecord(new HostRecord("host1", pid, address, "", ""));
  }

  private static void perform(Path stage) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Streams streams = new Streams(InputStream.nullInputStream(), nowhere, nowhere, stage);
    for (String line : SCRIPT.split("\n")) {
      List<String> words = new ArrayList<>(List.of("--dir", stage.toString()));
      words.addAll(List.of(line.split(" ")));
      new Xengarden(streams, Map.of()).run(words);
    }
  }

  private static void remove(Path stage) {
    try (Stream<Path> files = Files.walk(stage)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      System.err.println(e.getMessage());
    }
  }
}
