package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.XenbusState;
import io.xengarden.domain.CapturedState;
import io.xengarden.domain.DomainSetup;
import io.xengarden.domain.builder.BuildFailed;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.CreationRefused;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreated;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.HypervisorCommand.DomctlDone;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.GrantsOpened;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import io.xengarden.hypervisor.HypervisorCommand.OpenGrants;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.HypervisorCommand.Refusal;
import io.xengarden.hypervisor.HypervisorCommand.SetCreditParameters;
import io.xengarden.hypervisor.HypervisorCommand.UnpauseDomain;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.console.ConsoleDaemonCommand.ConsoleOpenFailed;
import io.xengarden.node.console.ConsoleDaemonCommand.ConsoleOpened;
import io.xengarden.node.console.ConsoleDaemonCommand.OpenConsole;
import io.xengarden.node.console.ConsoleDaemonCommand.OpenReply;
import io.xengarden.node.console.ConsoleSpec;
import io.xengarden.node.ownership.OwnershipCommand.Claim;
import io.xengarden.node.ownership.OwnershipCommand.ClaimAnswer;
import io.xengarden.node.ownership.OwnershipCommand.Claimed;
import io.xengarden.node.toolstack.BuildOrder.Origin;
import io.xengarden.node.toolstack.DomainBuildCommand.Abort;
import io.xengarden.node.toolstack.DomainBuildCommand.Allocated;
import io.xengarden.node.toolstack.DomainBuildCommand.BackendMoved;
import io.xengarden.node.toolstack.DomainBuildCommand.ClaimAnswered;
import io.xengarden.node.toolstack.DomainBuildCommand.ConsoleAnswered;
import io.xengarden.node.toolstack.DomainBuildCommand.DomctlAnswered;
import io.xengarden.node.toolstack.DomainBuildCommand.GrantsAnswered;
import io.xengarden.node.toolstack.DomainBuildCommand.ImageTried;
import io.xengarden.node.toolstack.DomainBuildCommand.Overdue;
import io.xengarden.node.toolstack.DomainBuildCommand.StateArrived;
import io.xengarden.node.toolstack.DomainBuildCommand.StoreAnswered;
import io.xengarden.node.toolstack.DomainBuildCommand.StoreBound;
import io.xengarden.node.toolstack.ToolstackCommand.BuildEnded;
import io.xengarden.node.toolstack.ToolstackCommand.DomainAllocated;
import io.xengarden.node.toolstack.ToolstackCommand.GuestBuilt;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackCommand.OwnershipClaimed;
import io.xengarden.node.toolstack.ToolstackCommand.StoreLinked;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.BatchResult.BatchFailed;
import io.xengarden.xenstore.RingBell;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.WatchFired;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import io.xengarden.xenstore.XenStoreCommand.Introduce;
import io.xengarden.xenstore.XenStoreCommand.Watch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Builds one domain, in libxl's order (xen.md §3.2), each step when the one before is answered. It
 * reports to the toolstack what there is to take down at the moment it comes to be, and undoes
 * nothing itself: a building that fails is torn down as a domain is.
 */
final class DomainBuild extends AbstractOnMessageBehavior<DomainBuildCommand> {
  /** How long a backend may take to be ready for its frontend; libxl's LIBXL_INIT_TIMEOUT. */
  static final Duration BACKEND_LIMIT = Duration.ofSeconds(10);

  /** How long all of it may take. */
  static final Duration BUILD_LIMIT = Duration.ofSeconds(100);

  /** Event-channel ports of a domain, port 0 included; libxl's default. */
  static final int MAX_PORTS = 1024;

  private enum Step {
    TRYING_IMAGES,
    CLAIMING,
    ALLOCATING,
    SKELETON,
    SCHEDULING,
    LINKING_STORE,
    PUBLISHING,
    INTRODUCING,
    OPENING_CONSOLE,
    WRITING_DEVICES,
    AWAITING_BACKENDS,
    /** Of a guest from elsewhere only, and behind its backends, which take their time. */
    AWAITING_GUEST,
    UNPAUSING
  }

  private final TimerScheduler<DomainBuildCommand> timers;
  private final Services services;
  private final BuildOrder order;
  private final ActorRef<ToolstackCommand> toolstack;
  private final ActorRef<BatchResult> storeAnswers;
  private final ActorRef<DomctlReply> domctlAnswers;
  private final Deque<VirtualDisk> untried;
  private Step step = Step.TRYING_IMAGES;
  private Optional<ToolstackError> aborted = Optional.empty();

  /** Mapped, and not yet reported. */
  private Optional<GrantMapping> storePage = Optional.empty();

  private XenDomain xen;
  private DomainSetup setup;
  private Backends backends;

  static Behavior<DomainBuildCommand> create(
      Services services, BuildOrder order, ActorRef<ToolstackCommand> toolstack) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context -> new DomainBuild(context, timers, services, order, toolstack)));
  }

  private DomainBuild(
      ActorContext<DomainBuildCommand> context,
      TimerScheduler<DomainBuildCommand> timers,
      Services services,
      BuildOrder order,
      ActorRef<ToolstackCommand> toolstack) {
    super(context);
    this.timers = timers;
    this.services = services;
    this.order = order;
    this.toolstack = toolstack;
    this.storeAnswers = context.messageAdapter(BatchResult.class, StoreAnswered::new);
    this.domctlAnswers = context.messageAdapter(DomctlReply.class, DomctlAnswered::new);
    this.untried = new ArrayDeque<>(order.plan().disks());
    limitBuilding();
    tryNextImage();
  }

  @Override
  public Behavior<DomainBuildCommand> onMessage(DomainBuildCommand message) {
    return switch (message) {
      case ImageTried(var failure) -> onImageTried(failure);
      case ClaimAnswered(var answer) -> onClaimed(answer);
      case Allocated(var creation) -> onAllocated(creation);
      case StoreAnswered(BatchDone done) -> onStoreDone(done);
      case StoreAnswered(BatchFailed(_, var error, var path)) ->
          fail("xenstore: " + path + ": " + error);
      case DomctlAnswered(DomctlDone _) -> onDomctlDone();
      case DomctlAnswered(var refused) -> fail("Xen: " + refused);
      case GrantsAnswered(GrantsOpened(var access)) -> linkStore(access);
      case GrantsAnswered(var refused) -> fail("grants: " + refused);
      case StoreBound(PortBound bound) -> onStoreBound(bound);
      case StoreBound(var refused) -> fail("event channel of xenstore: " + refused);
      case ConsoleAnswered(ConsoleOpened _) ->
          proceed(isArriving() ? this::start : this::writeDevices);
      case ConsoleAnswered(ConsoleOpenFailed(_, var why)) -> fail("console: " + why);
      case BackendMoved _ -> lookAtBackends();
      case StateArrived(var state) -> proceed(() -> onStateArrived(state));
      case Abort(var error) -> abort(error);
      case Overdue(var what) -> abort(ToolstackErrors.failed(what + " took too long"));
    };
  }

  @Override
  public Behavior<DomainBuildCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private void limitBuilding() {
    timers.startSingleTimer(Step.TRYING_IMAGES, new Overdue("the building"), BUILD_LIMIT);
  }

  // ---- the steps, in their order ----

  private Behavior<DomainBuildCommand> tryNextImage() {
    VirtualDisk disk = untried.peek();
    if (disk == null) {
      return order.mustClaim() ? claim() : allocate();
    }
    ActorRef<DomainBuildCommand> self = getContext().getSelf();
    services
        .inputs()
        .images()
        .check(
            disk.target(),
            disk.access(),
            failure -> self.tell(new ImageTried(Optional.ofNullable(failure))));
    return this;
  }

  private Behavior<DomainBuildCommand> onImageTried(Optional<IOException> failure) {
    VirtualDisk disk = untried.remove();
    if (failure.isPresent()) {
      return fail(ToolstackErrors.diskUnavailable(disk.vdev(), failure.get().getMessage()));
    }
    return proceed(this::tryNextImage);
  }

  /** Before anything is made: at most one host in the cluster runs it. */
  private Behavior<DomainBuildCommand> claim() {
    moveTo(Step.CLAIMING);
    DomainConfig config = order.plan().config();
    Ownership.Description domain =
        new Ownership.Description(config.getName(), config.getMemoryKib(), config.getMaxVcpus());
    ActorRef<ClaimAnswer> answers =
        getContext().messageAdapter(ClaimAnswer.class, ClaimAnswered::new);
    services.actors().ownership().tell(new Claim(order.plan().uuid(), domain, answers));
    return this;
  }

  private Behavior<DomainBuildCommand> onClaimed(ClaimAnswer answer) {
    if (!(answer instanceof Claimed(var ownership))) {
      return fail(ToolstackErrors.notOwned(answer));
    }
    toolstack.tell(new OwnershipClaimed(order.instance(), ownership));
    return proceed(this::allocate);
  }

  private Behavior<DomainBuildCommand> allocate() {
    moveTo(Step.ALLOCATING);
    DomainPlan plan = order.plan();
    DomainSpec spec =
        new DomainSpec(
            plan.uuid(),
            plan.pages(),
            plan.maxPages(),
            plan.config().getMaxVcpus(),
            MAX_PORTS,
            OptionalInt.empty());
    ActorRef<DomainCreation> answers =
        getContext().messageAdapter(DomainCreation.class, Allocated::new);
    hypervisor().tell(new CreateDomain(spec, answers));
    return this;
  }

  private Behavior<DomainBuildCommand> onAllocated(DomainCreation creation) {
    return switch (creation) {
      case DomainCreated(var created) -> {
        xen = created;
        toolstack.tell(new DomainAllocated(order.instance(), created.domid()));
        yield proceed(this::writeSkeleton);
      }
      case CreationRefused(var refusal) -> fail(inWords(refusal));
    };
  }

  private Behavior<DomainBuildCommand> writeSkeleton() {
    moveTo(Step.SKELETON);
    return write(nodes().skeleton());
  }

  private Behavior<DomainBuildCommand> schedule() {
    moveTo(Step.SCHEDULING);
    int weight = order.plan().config().getCpuWeight();
    int cap = order.plan().config().getCpuCap();
    hypervisor().tell(new SetCreditParameters(xen.domid(), weight, cap, domctlAnswers));
    return this;
  }

  /** What brings the guest writes into memory that is the domain's, but that nobody runs yet. */
  private Behavior<DomainBuildCommand> awaitGuest(Origin.Arriving origin) {
    moveTo(Step.AWAITING_GUEST);
    timers.cancel(Step.TRYING_IMAGES);
    DomainPlan plan = order.plan();
    origin
        .flow()
        .tell(new RelocationNotice.PlaceMade(order.instance(), plan.uuid(), plan.config(), xen));
    return this;
  }

  private Behavior<DomainBuildCommand> onStateArrived(CapturedState state) {
    if (step != Step.AWAITING_GUEST) {
      return fail("a guest's state came out of turn");
    }
    limitBuilding();
    return makeGuest(() -> new GuestBuilder(services).restore(xen, order.plan(), state));
  }

  private Behavior<DomainBuildCommand> buildGuest() {
    return makeGuest(() -> new GuestBuilder(services).build(xen, order.plan()));
  }

  private Behavior<DomainBuildCommand> makeGuest(Supplier<DomainSetup> builder) {
    try {
      setup = builder.get();
    } catch (BuildFailed failed) {
      return fail(failed.getMessage());
    }
    toolstack.tell(new GuestBuilt(order.instance(), setup));
    moveTo(Step.LINKING_STORE);
    ActorRef<GrantsReply> answers =
        getContext().messageAdapter(GrantsReply.class, GrantsAnswered::new);
    hypervisor().tell(new OpenGrants(xen.domid(), answers));
    return this;
  }

  private Behavior<DomainBuildCommand> linkStore(GrantAccess access) {
    try {
      storePage = Optional.of(access.map(GrantEntry.XENSTORE_REF, Access.READ_WRITE));
    } catch (GrantRefused refused) {
      return fail("grant of the xenstore page: " + refused.status());
    }
    RingBell bell = new RingBell(services.actors().store(), xen.domid());
    ActorRef<BindReply> answers = getContext().messageAdapter(BindReply.class, StoreBound::new);
    hypervisor().tell(new BindDom0Port(xen.domid(), setup.built().storePort(), bell, answers));
    return this;
  }

  private Behavior<DomainBuildCommand> onStoreBound(PortBound bound) {
    GrantMapping page = storePage.orElseThrow();
    storePage = Optional.empty();
    toolstack.tell(new StoreLinked(order.instance(), new StoreLink(page, bound.port())));
    return proceed(
        () -> {
          moveTo(Step.PUBLISHING);
          write(nodes().built(setup.built(), order.startTime()));
          services.actors().store().tell(new Introduce(xen.domid(), page.page(), bound.peer()));
          // Answered when the ring is made anew: what a guest wrote before would be lost.
          return write(List.of());
        });
  }

  private Behavior<DomainBuildCommand> openConsole() {
    moveTo(Step.OPENING_CONSOLE);
    ConsoleSpec spec =
        new ConsoleSpec(xen.domid(), order.plan().name(), setup.built().consolePort());
    ActorRef<OpenReply> answers =
        getContext().messageAdapter(OpenReply.class, ConsoleAnswered::new);
    services.actors().consoles().tell(new OpenConsole(spec, answers));
    return this;
  }

  private Behavior<DomainBuildCommand> writeDevices() {
    List<VirtualDisk> disks = order.plan().disks();
    backends = new Backends(xen.domid(), disks, order.plan().vifs());
    if (backends.isEmpty()) {
      return devicesWait();
    }
    moveTo(Step.WRITING_DEVICES);
    List<StoreOp> ops = new ArrayList<>();
    disks.forEach(disk -> ops.addAll(DiskNodes.of(xen.domid(), disk)));
    order.plan().vifs().forEach(vif -> ops.addAll(InterfaceNodes.of(xen.domid(), vif)));
    return write(ops);
  }

  private Behavior<DomainBuildCommand> awaitBackends() {
    moveTo(Step.AWAITING_BACKENDS);
    timers.startSingleTimer(step, new Overdue("a device's backend"), BACKEND_LIMIT);
    ActorRef<WatchFired> fired = getContext().messageAdapter(WatchFired.class, BackendMoved::new);
    for (String path : backends.statePaths()) {
      services.actors().store().tell(new Watch(path, "build", fired));
    }
    return this;
  }

  private Behavior<DomainBuildCommand> lookAtBackends() {
    return step == Step.AWAITING_BACKENDS ? write(backends.question()) : this;
  }

  private Behavior<DomainBuildCommand> onBackendStates(List<XenbusState> states) {
    for (int i = 0; i < states.size(); i++) {
      XenbusState state = states.get(i);
      if (state == XenbusState.CLOSING || state == XenbusState.CLOSED) {
        return fail(backendFailed(i));
      }
    }
    boolean ready = states.stream().allMatch(state -> state.compareTo(XenbusState.INIT_WAIT) >= 0);
    return ready ? proceed(this::devicesWait) : this;
  }

  private Behavior<DomainBuildCommand> devicesWait() {
    timers.cancel(Step.AWAITING_BACKENDS);
    return order.origin() instanceof Origin.Arriving arriving ? awaitGuest(arriving) : start();
  }

  private ToolstackError backendFailed(int index) {
    List<VirtualDisk> disks = order.plan().disks();
    if (index >= disks.size()) {
      return ToolstackErrors.failed("vif " + (index - disks.size()) + ": its backend failed");
    }
    VirtualDisk disk = disks.get(index);
    return ToolstackErrors.diskUnavailable(disk.vdev(), disk.target() + ": its backend failed");
  }

  private Behavior<DomainBuildCommand> start() {
    if (!order.origin().equals(new Origin.Fresh(InitialState.RUNNING))) {
      return end(Optional.empty());
    }
    moveTo(Step.UNPAUSING);
    hypervisor().tell(new UnpauseDomain(xen.domid(), domctlAnswers));
    return this;
  }

  // ---- answers that several steps wait for ----

  private Behavior<DomainBuildCommand> onStoreDone(BatchDone done) {
    return switch (step) {
      case SKELETON -> proceed(this::schedule);
      case PUBLISHING -> {
        moveTo(Step.INTRODUCING);
        yield this;
      }
      case INTRODUCING -> proceed(this::openConsole);
      case WRITING_DEVICES -> proceed(this::awaitBackends);
      case AWAITING_BACKENDS -> onBackendStates(backends.states(done));
      default -> this; // a last look at the backends, answered after the next step began
    };
  }

  private Behavior<DomainBuildCommand> onDomctlDone() {
    if (step != Step.SCHEDULING) {
      return end(Optional.empty());
    }
    return proceed(isArriving() ? this::writeDevices : this::buildGuest);
  }

  // ---- ends ----

  /** At once, unless the answer awaited brings something that must be taken down again. */
  private Behavior<DomainBuildCommand> abort(ToolstackError error) {
    if (step == Step.CLAIMING || step == Step.ALLOCATING || step == Step.LINKING_STORE) {
      aborted = Optional.of(error);
      return this;
    }
    return fail(error);
  }

  private Behavior<DomainBuildCommand> proceed(Supplier<Behavior<DomainBuildCommand>> next) {
    return aborted.isPresent() ? fail(aborted.get()) : next.get();
  }

  private Behavior<DomainBuildCommand> fail(String why) {
    return fail(ToolstackErrors.failed(why));
  }

  private Behavior<DomainBuildCommand> fail(ToolstackError error) {
    storePage.ifPresent(GrantMapping::close);
    return end(Optional.of(error));
  }

  private Behavior<DomainBuildCommand> end(Optional<ToolstackError> error) {
    toolstack.tell(new BuildEnded(order.instance(), error));
    return Behaviors.stopped();
  }

  private ToolstackError inWords(Refusal refusal) {
    return switch (refusal) {
      case NOT_ENOUGH_MEMORY ->
          ToolstackErrors.notEnoughMemory(order.plan().config().getMemoryKib());
      case TOO_MANY_DOMAINS -> ToolstackErrors.limit("the host has no domain id left");
      case TOO_MANY_VCPUS, INVALID -> ToolstackErrors.badConfig("Xen refuses it: " + refusal);
      case DOMID_IN_USE, DOMID_RECENTLY_USED -> ToolstackErrors.failed("Xen: " + refusal);
    };
  }

  private void moveTo(Step next) {
    getContext().getLog().debug("{}: {} -> {}", order.plan().name(), step, next);
    step = next;
  }

  private Behavior<DomainBuildCommand> write(List<StoreOp> ops) {
    services.actors().store().tell(new Batch(ops, storeAnswers));
    return this;
  }

  private boolean isArriving() {
    return order.origin() instanceof Origin.Arriving;
  }

  private DomainNodes nodes() {
    return new DomainNodes(xen.domid(), order.namedPlan());
  }

  private ActorRef<HypervisorCommand> hypervisor() {
    return services.actors().hypervisor();
  }
}
