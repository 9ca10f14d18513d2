package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.hypervisor.HypervisorCommand.ListDomains;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.toolstack.Outcome.Done;
import io.xengarden.node.toolstack.ToolstackCommand.DomainsListed;
import io.xengarden.proto.v1.BlockDevice;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.NetworkDevice;
import io.xengarden.proto.v1.VcpuInfo;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** Answers what changes nothing. Xen is asked each time: its word is the state of a domain. */
final class Queries {
  /** How long xenstored, which is never slow, may take. */
  private static final Duration STORE_LIMIT = Duration.ofSeconds(10);

  private final ActorContext<ToolstackCommand> context;
  private final Services.Actors actors;
  private final InstantSource wallClock;
  private final Inventory inventory;
  private final ActorRef<DomainList> lists;

  /** Xen answers in the order of the questions. */
  private final Queue<Consumer<DomainList>> waiting = new ArrayDeque<>();

  Queries(ActorContext<ToolstackCommand> context, Services services, DomainTable table) {
    this.context = context;
    this.actors = services.actors();
    this.wallClock = services.inputs().wallClock();
    this.inventory = new Inventory(services.host(), wallClock.instant(), table);
    this.lists = context.messageAdapter(DomainList.class, DomainsListed::new);
  }

  /** Asks Xen, and calls {@code then} on the toolstack's own turn. */
  void withDomains(Consumer<DomainList> then) {
    waiting.add(then);
    actors.hypervisor().tell(new ListDomains(lists));
  }

  void answered(DomainList list) {
    waiting.remove().accept(list);
  }

  void list(ActorRef<Outcome<List<DomainInfo>>> replyTo) {
    withDomains(all -> replyTo.tell(new Done<>(inventory.domains(all, wallClock.instant()))));
  }

  void withInfo(Domid domid, Consumer<Optional<DomainInfo>> then) {
    withDomains(all -> then.accept(inventory.domain(domid, all, wallClock.instant())));
  }

  void vcpus(Optional<Domid> domid, ActorRef<Outcome<List<VcpuInfo>>> replyTo) {
    Predicate<DomainStatus> wanted =
        status -> domid.isEmpty() || domid.get().equals(status.domid());
    withDomains(
        all ->
            replyTo.tell(
                new Done<>(
                    all.domains().stream()
                        .filter(wanted)
                        .flatMap(status -> inventory.vcpus(status).stream())
                        .toList())));
  }

  void blockDevices(
      Domid domid, List<VirtualDisk> disks, ActorRef<Outcome<List<BlockDevice>>> replyTo) {
    readStore(
        Inventory.blockDeviceQuestion(domid, disks),
        done -> Inventory.blockDevices(domid, disks, done),
        replyTo);
  }

  void networkDevices(
      Domid domid, List<VirtualInterface> vifs, ActorRef<Outcome<List<NetworkDevice>>> replyTo) {
    readStore(
        NetworkInventory.question(domid, vifs),
        done -> NetworkInventory.devices(vifs, done),
        replyTo);
  }

  private <T> void readStore(
      List<StoreOp> question, Function<BatchDone, T> reading, ActorRef<Outcome<T>> replyTo) {
    ActorRef<BatchResult> answer =
        context.spawnAnonymous(
            OneReply.<BatchResult>create(
                STORE_LIMIT,
                result ->
                    replyTo.tell(
                        result instanceof BatchDone done
                            ? new Done<>(reading.apply(done))
                            : noAnswer()),
                () -> replyTo.tell(noAnswer())));
    actors.store().tell(new Batch(question, answer));
  }

  private static <T> Outcome<T> noAnswer() {
    return new Outcome.Refused<>(ToolstackErrors.failed("xenstore does not answer"));
  }
}
