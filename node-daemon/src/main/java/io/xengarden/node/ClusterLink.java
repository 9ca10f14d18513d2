package io.xengarden.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import io.xengarden.node.array.HostRecord.Addresses;
import io.xengarden.node.array.MemoryJournal;
import io.xengarden.node.array.Register;
import io.xengarden.node.array.RegisterCommand;
import java.util.Optional;

/**
 * How a host reaches the register of its cluster.
 *
 * @param register the register itself, or who stands for it
 * @param dispatcher where it runs
 * @param addresses where the host is reached, when that is known before it exists: it then joins by
 *     itself before it is ready. Else whoever makes the host tells it to join.
 */
public record ClusterLink(
    Behavior<RegisterCommand> register, Props dispatcher, Optional<Addresses> addresses) {

  /** A cluster of one host, whose register lives and ends with it. */
  public static ClusterLink alone() {
    return new ClusterLink(
        Register.create(new MemoryJournal()), Props.empty(), Optional.of(Addresses.NONE));
  }
}
