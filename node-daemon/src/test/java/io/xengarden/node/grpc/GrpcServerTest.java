package io.xengarden.node.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ToolstackGrpc;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server itself promises, over a real socket. */
class GrpcServerTest {
  @TempDir static Path dir;
  private static LoopbackHost host;

  @BeforeAll
  static void start() throws Exception {
    host = new LoopbackHost(dir);
  }

  @AfterAll
  static void stop() throws Exception {
    host.close();
  }

  @Test
  void healthAndReflectionAreServed() throws Exception {
    HealthCheckRequest request =
        HealthCheckRequest.newBuilder().setService(ToolstackGrpc.SERVICE_NAME).build();
    assertThat(HealthGrpc.newBlockingStub(host.channel()).check(request).getStatus())
        .isEqualTo(ServingStatus.SERVING);
    BlockingQueue<ServerReflectionResponse> responses = new LinkedBlockingQueue<>();
    ServerReflectionGrpc.newStub(host.channel())
        .serverReflectionInfo(LoopbackHost.collecting(responses))
        .onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    assertThat(responses.poll(30, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .contains(ToolstackGrpc.SERVICE_NAME, HealthGrpc.SERVICE_NAME);
  }

  @Test
  void aMessageOverTheLimitIsRefused() {
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                host.create(LoopbackHost.scripted("a".repeat(LoopbackServer.MAX_MESSAGE)).build()));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(host.names()).containsExactly("Domain-0");
  }

  @Test
  void aTakenPortIsGivenWayTo() throws Exception {
    try (LoopbackHost another = new LoopbackHost(dir.resolve("another"), host.port())) {
      assertThat(another.port()).isNotEqualTo(host.port()).isPositive();
      assertThat(another.toolstack().listDomains(ListDomainsRequest.getDefaultInstance()))
          .satisfies(response -> assertThat(response.getDomainsList()).hasSize(1));
    }
  }
}
