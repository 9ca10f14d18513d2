package io.xengarden.node.array.adapter;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.grpc.BindableService;
import io.xengarden.node.array.RegisterCommand;
import java.util.List;

/** The register's two services, as array.proto has them. */
public final class ArrayServices {
  private ArrayServices() {}

  public static List<BindableService> of(
      ActorSystem<?> system, ActorRef<RegisterCommand> register) {
    ArrayService.Bridge bridge = new ArrayService.Bridge(system, register);
    return List.of(new ArrayService(bridge), new RegistryService(bridge));
  }
}
