package io.xengarden.hypervisor.evtchn;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.Virq;
import io.xengarden.hypervisor.evtchn.EventChannels.State;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Random operations of Xen and of a guest against a model that says in plain words which ports
 * there are, which are pending, which masked, and which vCPUs sleep.
 */
class EventChannelsProperties {
  private static final int MAX_PORTS = 72; // more than one word of bits
  private static final int VCPUS = 3;
  private static final Domid PEER = Domid.of(7);

  enum Kind {
    ALLOC,
    RESERVE,
    BIND_VIRQ,
    BIND_IPI,
    BIND_VCPU,
    CONNECT,
    DISCONNECT,
    CLOSE,
    SEND,
    DELIVER,
    DELIVER_TIMER,
    MASK,
    UNMASK,
    GUEST_TAKES,
    GUEST_BLOCKS
  }

  record Op(Kind kind, int port, int vcpu) {}

  @Provide
  Arbitrary<List<Op>> operations() {
    Arbitrary<Integer> ports =
        Arbitraries.frequencyOf(
            Tuple.of(12, Arbitraries.integers().between(0, 9)),
            Tuple.of(2, Arbitraries.integers().between(60, MAX_PORTS)),
            Tuple.of(1, Arbitraries.of(-1, 4096, Integer.MAX_VALUE)));
    return Combinators.combine(
            Arbitraries.of(Kind.class), ports, Arbitraries.integers().between(0, VCPUS - 1))
        .as(Op::new)
        .list()
        .ofMaxSize(200);
  }

  @Property(tries = 1000)
  void aSleepingVcpuIsWokenByEveryUnmaskedEvent(@ForAll("operations") List<Op> operations) {
    try (HostMemory host = HostMemory.ofFrames(1)) {
      GuestMemory page = new GuestMemory(host);
      page.map(0, 0, 1);
      Model model = new Model(page);
      for (Op op : operations) {
        model.apply(op);
        model.check(op);
      }
    }
  }

  private static final class ModelPort {
    State state;
    int vcpu;
    Virq virq;
    int sent;

    ModelPort(State state) {
      this.state = state;
    }
  }

  private static final class Model {
    final GuestMemory page;
    final EventChannels events;
    final Map<Integer, ModelPort> ports = new TreeMap<>();
    final BitSet pending = new BitSet();
    final BitSet masked = new BitSet();

    /** Blocked with no upcall pending: only a wake brings them back. */
    final BitSet asleep = new BitSet();

    /** Ports pending and unmasked for a vCPU that has not taken them yet. */
    final BitSet owed = new BitSet();

    int raised;

    /** The vCPU that a delivery said must be woken. */
    int told;

    Model(GuestMemory page) {
      this.page = page;
      this.events = new EventChannels(page, MAX_PORTS, VCPUS);
    }

    void apply(Op op) {
      int port = op.port();
      ModelPort known = ports.get(port);
      told = -1;
      switch (op.kind()) {
        case ALLOC -> place(events.allocUnbound(PEER), new ModelPort(State.UNBOUND));
        case RESERVE -> place(events.reserve(PEER), new ModelPort(State.UNBOUND));
        case BIND_IPI -> place(events.bindIpi(op.vcpu()), bound(State.IPI, op.vcpu(), null));
        case BIND_VIRQ -> bindVirq(op);
        case BIND_VCPU -> bindVcpu(op, known);
        case CONNECT -> connect(port, known);
        case DISCONNECT -> disconnect(port, known);
        case CLOSE -> close(port, known);
        case SEND -> send(port, known);
        case DELIVER -> {
          told = events.deliver(port);
          delivered(port);
        }
        case DELIVER_TIMER -> {
          told = events.deliverVirq(Virq.TIMER, op.vcpu());
          ports.forEach(
              (number, bound) -> {
                if (bound.virq == Virq.TIMER && bound.vcpu == op.vcpu()) {
                  delivered(number);
                }
              });
        }
        case MASK -> mask(port);
        case UNMASK -> unmask(port);
        case GUEST_TAKES -> take(op.vcpu());
        case GUEST_BLOCKS -> block(op.vcpu());
      }
    }

    private static ModelPort bound(State state, int vcpu, Virq virq) {
      ModelPort port = new ModelPort(state);
      port.vcpu = vcpu;
      port.virq = virq;
      return port;
    }

    private void place(long result, ModelPort port) {
      int lowest = 1;
      while (ports.containsKey(lowest)) {
        lowest++;
      }
      assertThat(result).isEqualTo(lowest < MAX_PORTS ? lowest : -28);
      if (result > 0) {
        ports.put(lowest, port);
      }
    }

    private void bindVirq(Op op) {
      boolean exists =
          ports.values().stream().anyMatch(p -> p.virq == Virq.TIMER && p.vcpu == op.vcpu());
      long result = events.bindVirq(Virq.TIMER, op.vcpu());
      if (exists) {
        assertThat(result).isEqualTo(-17);
      } else {
        place(result, bound(State.VIRQ, op.vcpu(), Virq.TIMER));
      }
    }

    private void bindVcpu(Op op, ModelPort known) {
      boolean movable =
          known != null && (known.state == State.UNBOUND || known.state == State.INTERDOMAIN);
      assertThat(events.bindVcpu(op.port(), op.vcpu())).isEqualTo(movable ? 0 : -22);
      if (movable) {
        known.vcpu = op.vcpu();
      }
    }

    private void connect(int port, ModelPort known) {
      boolean fits = known != null && known.state == State.UNBOUND;
      EventSink sink = () -> raised++;
      assertThat(events.connect(port, PEER, 9, sink)).isEqualTo(fits ? 0 : -22);
      if (fits) {
        known.state = State.INTERDOMAIN;
      }
    }

    private void disconnect(int port, ModelPort known) {
      events.disconnect(port);
      if (known != null && known.state == State.INTERDOMAIN) {
        known.state = State.UNBOUND;
      }
    }

    private void close(int port, ModelPort known) {
      EventChannels.Closed closed = events.close(port);
      assertThat(closed.result()).isEqualTo(known == null ? -22 : 0);
      assertThat(closed.hasPeer()).isEqualTo(known != null && known.state == State.INTERDOMAIN);
      if (known != null) {
        ports.remove(port);
        pending.clear(port);
        owed.clear(port);
      }
    }

    private void send(int port, ModelPort known) {
      int before = raised;
      boolean sendable = known != null && known.state != State.VIRQ;
      assertThat(events.send(port)).isEqualTo(sendable ? 0 : -22);
      boolean toPeer = known != null && known.state == State.INTERDOMAIN;
      assertThat(raised - before).isEqualTo(toPeer ? 1 : 0);
      if (known != null && known.state == State.IPI) {
        delivered(port);
      }
    }

    private void delivered(int port) {
      if (ports.containsKey(port)) {
        pending.set(port);
        if (!masked.get(port)) {
          owed.set(port);
        }
      }
    }

    private void mask(int port) {
      if (port > 0 && port < MAX_PORTS) {
        SharedInfo.mask(page, 0, port);
        masked.set(port);
      }
    }

    private void unmask(int port) {
      boolean valid = port > 0 && port < MAX_PORTS;
      assertThat(events.unmask(port)).isEqualTo(valid ? 0 : -22);
      if (valid && masked.get(port)) {
        masked.clear(port);
        if (pending.get(port)) {
          owed.set(port);
        }
      }
    }

    /** What Linux does in its upcall: flag, then selector, then the unmasked bits of each word. */
    private void take(int vcpu) {
      SharedInfo.clearUpcallPending(page, 0, vcpu);
      asleep.clear(vcpu);
      for (long words = SharedInfo.takePendingSel(page, 0, vcpu); words != 0; words &= words - 1) {
        int word = Long.numberOfTrailingZeros(words);
        long bits = SharedInfo.pendingWord(page, 0, word) & ~SharedInfo.maskWord(page, 0, word);
        for (; bits != 0; bits &= bits - 1) {
          int port = word * 64 + Long.numberOfTrailingZeros(bits);
          SharedInfo.clearPending(page, 0, port);
          pending.clear(port);
          owed.clear(port);
        }
      }
    }

    private void block(int vcpu) {
      if (!SharedInfo.isUpcallPending(page, 0, vcpu)) {
        asleep.set(vcpu);
      }
    }

    void check(Op op) {
      boolean saysWhom = op.kind() == Kind.DELIVER || op.kind() == Kind.DELIVER_TIMER;
      for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
        if (asleep.get(vcpu) && SharedInfo.isUpcallPending(page, 0, vcpu)) {
          assertThat(saysWhom ? told : vcpu).as("the vCPU to wake").isEqualTo(vcpu);
          asleep.clear(vcpu);
        }
      }
      for (int port = 1; port < MAX_PORTS; port++) {
        ModelPort known = ports.get(port);
        assertThat(events.state(port))
            .as("port %d after %s", port, op)
            .isEqualTo(known == null ? State.CLOSED : known.state);
        assertThat(SharedInfo.isPending(page, 0, port)).isEqualTo(pending.get(port));
      }
      // Some vCPU that is not asleep will look at each event that is owed.
      owed.stream()
          .forEach(port -> assertThat(willBeSeen(port)).as("event %d lost", port).isTrue());
    }

    private boolean willBeSeen(int port) {
      for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
        long selector = page.getLong(SharedInfo.vcpuInfo(0, vcpu) + SharedInfo.PENDING_SEL);
        boolean marked = (selector & 1L << (port >>> 6)) != 0;
        if (marked && SharedInfo.isUpcallPending(page, 0, vcpu) && !asleep.get(vcpu)) {
          return true;
        }
      }
      return masked.get(port); // masked again before anyone looked: the guest's own choice
    }
  }
}
