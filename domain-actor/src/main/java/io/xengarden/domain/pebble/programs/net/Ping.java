package io.xengarden.domain.pebble.programs.net;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.net.EchoPacket;
import io.xengarden.domain.pebble.net.Inet4;
import io.xengarden.domain.pebble.netfront.EchoInbox;
import io.xengarden.domain.pebble.netfront.EchoInbox.Reply;
import io.xengarden.domain.pebble.netfront.Net;
import io.xengarden.domain.pebble.netfront.Vif;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import java.util.Optional;

/**
 * ping [-c N] [-i SECONDS] [-q] HOST, as iputils': one request an interval, a line for each reply,
 * statistics at the end and after ^C. It goes on wherever its domain goes; what was on the way when
 * the domain left is lost, or late.
 *
 * <p>When the last {@link #WINDOW} requests were sent, lies in the work page behind the inbox.
 */
public final class Ping extends Routine<Ping.At> {
  /** A reply to an older request is not taken any more. */
  static final int WINDOW = 64;

  /** How long the last reply is waited for while none has come; else twice the slowest. */
  static final long LINGER_NS = 10_000_000_000L;

  private static final int COUNT = 0;
  private static final int INTERVAL = 1;
  private static final int SENT = 2;
  private static final int RECEIVED = 3;
  private static final int ERRORS = 4;

  /** When the next request is due, or, behind the last, when there is no more hope. */
  private static final int DUE = 5;

  /** The last request is not on its way yet. */
  private static final int PENDING = 6;

  private static final int STARTED = 7;
  private static final int LATEST = 8;
  private static final int MIN_US = 9;
  private static final int MAX_US = 10;
  private static final int SUM_US = 11;
  private static final int SQUARES_US = 12;
  private static final int TARGET = 13;

  private static final long SECOND_NS = 1_000_000_000;

  /** How long a neighbour may take to say where it is; and an interface to be there at first. */
  private static final long RESOLVE_NS = 3 * SECOND_NS;

  private static final long DEVICE_NS = 30 * SECOND_NS;
  private static final int DATA = 56;
  private static final int WRONG = 2;
  private static final int TIMES = 2048 + EchoInbox.SIZE;

  /** Its steps. */
  public enum At {
    START,
    RUN,
    REPORT
  }

  public Ping() {
    super(Entry.PING, At.class);
  }

  @Override
  public int locals() {
    return 14;
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case START -> start(v, PingRequest.parse(Arguments.of(v).words()));
      case RUN -> run(v, v.task());
      case REPORT -> report(v, v.task());
    }
  }

  private void start(Vcpu v, PingRequest request) {
    if (!request.error().isEmpty()) {
      Terminal.fail(v, request.error(), WRONG);
      return;
    }
    Task task = v.task();
    String target = Inet4.text(request.target());
    if (!Net.isOwn(v, request.target()) && Net.route(v, request.target()) == null) {
      long limit = task.startedNs() + DEVICE_NS;
      if (task.is(Task.BACKGROUND) && v.now() < limit) {
        v.parkUntil(Wait.NET, 0, limit, at(At.START));
      } else {
        Terminal.fail(v, "ping: connect: Network is unreachable", WRONG);
      }
      return;
    }
    int bytes = DATA + EchoPacket.ICMP_HEADER + EchoPacket.IP_HEADER;
    String header = "PING %s (%s) %d(%d) bytes of data.\n";
    if (Terminal.print(v, Printf.text(header, target, target, DATA, bytes))) {
      task.local(TARGET, request.target());
      task.local(COUNT, request.count());
      task.local(INTERVAL, request.intervalNs());
      task.local(STARTED, v.now());
      task.local(LATEST, v.now());
      task.local(DUE, v.now());
      task.local(MIN_US, Long.MAX_VALUE);
      task.set(Task.CATCHES, true);
      EchoInbox.open(v);
      v.goTo(at(At.RUN));
    }
  }

  private void run(Vcpu v, Task task) {
    Optional<Reply> reply = new EchoInbox(v, task).peek();
    if (reply.isPresent()) {
      received(v, task, reply.get());
      return;
    }
    if (task.local(PENDING) != 0) {
      send(v, task);
    }
    if (task.is(Task.KILLED) || isOver(task)) {
      v.goTo(at(At.REPORT));
    } else if (v.now() >= due(v, task)) {
      next(v, task);
    } else {
      boolean unsent = task.local(PENDING) != 0;
      long until = unsent ? Math.min(due(v, task), v.now() + SECOND_NS) : due(v, task);
      v.parkUntil(Wait.NET, 0, until, at(At.RUN));
    }
  }

  private static boolean isLast(Task task) {
    return task.local(COUNT) != 0 && task.local(SENT) == task.local(COUNT);
  }

  private static boolean isOver(Task task) {
    return isLast(task) && task.local(RECEIVED) + task.local(ERRORS) >= task.local(COUNT);
  }

  private static long due(Vcpu v, Task task) {
    boolean unsentLast = isLast(task) && task.local(PENDING) != 0;
    return unsentLast ? time(v, task, task.local(SENT)) + RESOLVE_NS : task.local(DUE);
  }

  /** The request after the last one; before that, what became of that one. */
  private void next(Vcpu v, Task task) {
    if (task.local(PENDING) != 0) {
      if (sayUnreachable(v, task)) {
        task.local(PENDING, 0);
        task.add(ERRORS, 1);
      }
    } else if (isLast(task)) {
      v.goTo(at(At.REPORT));
    } else {
      long sequence = task.add(SENT, 1);
      task.local(PENDING, 1);
      time(v, task, sequence, v.now());
      task.local(LATEST, v.now());
      long due = task.local(DUE) + task.local(INTERVAL);
      task.local(DUE, isLast(task) ? v.now() + linger(task) : Math.max(due, v.now()));
    }
  }

  private static long linger(Task task) {
    return task.local(RECEIVED) == 0
        ? LINGER_NS
        : Math.max(2 * task.local(MAX_US) * 1_000, SECOND_NS);
  }

  private static boolean sayUnreachable(Vcpu v, Task task) {
    Vif vif = Net.route(v, (int) task.local(TARGET));
    if (vif == null || isQuiet(v)) {
      return true;
    }
    String line = "From %s icmp_seq=%d Destination Host Unreachable\n";
    return Terminal.print(v, Printf.text(line, Inet4.text(vif.inet()), task.local(SENT) & 0xffff));
  }

  private static void send(Vcpu v, Task task) {
    int sequence = (int) task.local(SENT) & 0xffff;
    byte[] data = new byte[DATA];
    for (int i = 0; i < DATA; i++) {
      data[i] = (byte) i;
    }
    if (Net.echo(v, (int) task.local(TARGET), sequence, data) != Net.Sent.NOT_YET) {
      task.local(PENDING, 0);
    }
  }

  private void received(Vcpu v, Task task, Reply reply) {
    long sequence = sequence(task, reply.sequence());
    long sentAt = sequence < 0 ? 0 : time(v, task, sequence);
    boolean ours = sentAt != 0 && reply.from() == (int) task.local(TARGET);
    if (!ours) {
      new EchoInbox(v, task).remove();
      return;
    }
    long us = Math.max(0, reply.atNs() - sentAt) / 1_000;
    String line = "%d bytes from %s: icmp_seq=%d ttl=%d time=%s ms\n";
    String text =
        Printf.text(
            line,
            reply.icmpBytes(),
            Inet4.text(reply.from()),
            reply.sequence(),
            reply.ttl(),
            PingStatistics.milliseconds(us));
    if (isQuiet(v) || Terminal.print(v, text)) {
      new EchoInbox(v, task).remove();
      time(v, task, sequence, 0); // a second reply to it is not counted
      task.local(LATEST, reply.atNs());
      task.add(RECEIVED, 1);
      task.local(MIN_US, Math.min(task.local(MIN_US), us));
      task.local(MAX_US, Math.max(task.local(MAX_US), us));
      task.add(SUM_US, us);
      task.add(SQUARES_US, us * us);
    }
  }

  /** Which of the last requests has this number on the wire; -1 for none. */
  private static long sequence(Task task, int onTheWire) {
    long sent = task.local(SENT);
    long behind = sent - onTheWire & 0xffff;
    return behind < WINDOW && behind < sent ? sent - behind : -1;
  }

  private static boolean isQuiet(Vcpu v) {
    return Arguments.of(v).has("-q");
  }

  private static long time(Vcpu v, Task task, long sequence) {
    return v.memory().getLong(timeAt(task, sequence));
  }

  private static void time(Vcpu v, Task task, long sequence, long now) {
    v.memory().putLong(timeAt(task, sequence), now);
  }

  private static long timeAt(Task task, long sequence) {
    return task.workPage() + TIMES + Long.BYTES * (sequence % WINDOW);
  }

  private void report(Vcpu v, Task task) {
    PingStatistics statistics =
        new PingStatistics(
            new PingStatistics.Counts(task.local(SENT), task.local(RECEIVED), task.local(ERRORS)),
            task.local(LATEST) - task.local(STARTED),
            new PingStatistics.Span(task.local(MIN_US), task.local(MAX_US)),
            task.local(SUM_US),
            task.local(SQUARES_US));
    if (Terminal.print(v, statistics.text(Inet4.text((int) task.local(TARGET))))) {
      v.ret(task.local(RECEIVED) > 0 ? 0 : 1);
    }
  }
}
