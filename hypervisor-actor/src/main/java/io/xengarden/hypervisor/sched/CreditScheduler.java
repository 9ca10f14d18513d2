package io.xengarden.hypervisor.sched;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Xen's credit scheduler (xen/common/sched/credit.c) for slices that are run by message. All times
 * are one host clock's nanoseconds.
 *
 * <p>A slice is sent with a budget; the answer says how much emulated time it used. It occupies its
 * pCPU from its start to start + used, and only when that has passed is the vCPU charged and the
 * pCPU given on. A slice that follows another on a pCPU starts where that one ended, even if we
 * look later: timers may be coarse, and no CPU time is lost by it, as long as we are not later than
 * {@link #MAX_LAG_NS}.
 *
 * <p>Nothing can be taken back from a slice that was sent. So budgets are short, {@link
 * #RATELIMIT_NS}, while no pCPU is idle: that is how long a woken vCPU of higher priority may wait,
 * on Xen as well. Inside a time slice of 30 ms a vCPU that nobody preempts gets one budget after
 * the other. Ticks and accounting instants lie on a fixed grid; ticks need no timer, since only a
 * running vCPU sees them. Xen's look for a better pCPU at each tick is not needed: here no pCPU is
 * idle while a vCPU waits in any queue.
 */
public final class CreditScheduler {
  /** A time slice: how long a vCPU runs before others of its priority have their turn. */
  public static final long SLICE_NS = Credits.SLICE_NS;

  /** A vCPU that was switched in runs at least this long. */
  public static final long RATELIMIT_NS = 1_000_000;

  /**
   * How far a pCPU's emulated time may be ahead of the clock when it is given on. Timers of the
   * machine below are a millisecond coarse or more; without this, an interrupt handler of ten
   * microseconds would hold its pCPU, and its vCPU, for that long.
   */
  public static final long RUN_AHEAD_NS = 200_000;

  /** How far it may be behind: what was missed beyond that is lost, not made up for. */
  public static final long MAX_LAG_NS = SLICE_NS;

  /** Longest time one answer may claim. */
  public static final long MAX_USED_NS = 1_000_000_000;

  /** See {@link #nextDeadline}. */
  public static final long NEVER = Credits.NEVER;

  private static final long MIN_BUDGET_NS = 50_000;

  /** Where a decision goes: runs this vCPU. Answered, later, by {@link #sliceEnded}. */
  @FunctionalInterface
  public interface Dispatch {
    void run(SchedVcpu vcpu, int pcpu, long budgetNs);
  }

  private static final Comparator<Pcpu> EARLIEST_FREE =
      Comparator.comparingLong((Pcpu pcpu) -> pcpu.freeAt).thenComparingInt(pcpu -> pcpu.id);

  private final List<Pcpu> pcpus = new ArrayList<>();
  private final Credits credits;
  private int idle;
  private int nextPlace;
  private int nextIdle;

  public CreditScheduler(int pcpuCount) {
    for (int id = 0; id < pcpuCount; id++) {
      pcpus.add(new Pcpu(id));
    }
    this.credits = new Credits(pcpuCount);
    this.idle = pcpuCount;
  }

  /** A domain whose vCPUs are all blocked and that may not run yet. */
  public SchedDomain add(int vcpuCount, Dispatch dispatch) {
    SchedDomain domain = new SchedDomain(vcpuCount, dispatch);
    for (SchedVcpu vcpu : domain.vcpus()) {
      vcpu.pcpu = nextPlace;
      nextPlace = (nextPlace + 1) % pcpus.size();
    }
    return domain;
  }

  /** The domain is gone; slices of it that are under way end with it. */
  public void remove(SchedDomain domain, long now) {
    domain.gone = true;
    suspend(domain);
    for (SchedVcpu vcpu : domain.vcpus()) {
      dropSlice(vcpu, now);
      credits.deactivate(vcpu);
    }
  }

  /** Nobody will answer the vCPU's slice: it has used nothing. */
  public void dropSlice(SchedVcpu vcpu, long now) {
    if (vcpu.isSliceUnderWay()) {
      answer(vcpu, 0, false);
      advance(now);
    }
  }

  public void setParameters(SchedDomain domain, int weight, int cap) {
    domain.weight = weight;
    domain.cap = cap;
  }

  /** The domain may run (again). */
  public void resume(SchedDomain domain, long now) {
    if (!domain.mayRun) {
      domain.mayRun = true;
      for (SchedVcpu vcpu : domain.vcpus()) {
        if (vcpu.isRunnable() && !vcpu.isRunning()) {
          boost(vcpu);
          vcpu.readySince = now;
          place(vcpu, now);
        }
      }
    }
  }

  /** No new slice for the domain; those under way end as they end. */
  public void suspend(SchedDomain domain) {
    domain.mayRun = false;
    domain.vcpus().forEach(this::takeOut);
  }

  /** A blocked or offline vCPU wants to run. Ignored for one whose slice is under way. */
  public void wake(SchedVcpu vcpu, long now) {
    if (vcpu.ready) {
      return;
    }
    advance(now); // a timer may be late: what has ended since is not in the way
    vcpu.ready = true;
    vcpu.readySince = now;
    if (vcpu.isRunning()) {
      vcpu.wokenMeanwhile = true;
    } else if (vcpu.isRunnable()) {
      boost(vcpu);
      place(vcpu, now);
    }
  }

  /** The vCPU does not want to run any more; a slice under way says for itself how it ends. */
  public void sleep(SchedVcpu vcpu) {
    if (!vcpu.isSliceUnderWay()) {
      vcpu.ready = false;
      vcpu.wokenMeanwhile = false;
      takeOut(vcpu);
    }
  }

  private void takeOut(SchedVcpu vcpu) {
    if (vcpu.queued) {
      pcpus.get(vcpu.pcpu).queue.remove(vcpu);
    }
  }

  /**
   * The answer to a dispatch. Ignored when none is under way.
   *
   * @param usedNs emulated time used, taken as between 1 and {@link #MAX_USED_NS}
   * @param runnable whether it wants to run on
   */
  public void sliceEnded(SchedVcpu vcpu, long usedNs, boolean runnable, long now) {
    if (vcpu.isSliceUnderWay()) {
      answer(vcpu, Math.clamp(usedNs, 1, MAX_USED_NS), runnable);
      advance(now);
    }
  }

  private void answer(SchedVcpu vcpu, long usedNs, boolean runnable) {
    Pcpu pcpu = vcpu.running;
    pcpu.answered = true;
    pcpu.freeAt = pcpu.start + usedNs;
    pcpu.yielded = usedNs < pcpu.budgetNs;
    vcpu.ready = runnable;
    vcpu.wokenMeanwhile = false;
  }

  /**
   * When {@link #advance} must be called although nothing happens: the end of a slice or
   * accounting; {@link #NEVER} when all is quiet.
   */
  public long nextDeadline() {
    long next = credits.nextAt();
    for (Pcpu pcpu : pcpus) {
      if (pcpu.answered) {
        next = Math.min(next, pcpu.freeAt);
      }
    }
    return next;
  }

  /** Does what is due by {@code now}: ends slices, accounts, gives free pCPUs their next vCPU. */
  public void advance(long now) {
    List<Pcpu> vacated = null;
    for (Pcpu pcpu : pcpus) {
      if (pcpu.answered && isOver(pcpu, now)) {
        vacated = vacated == null ? new ArrayList<>() : vacated;
        vacated.add(pcpu);
      }
    }
    if (vacated != null) {
      vacated.sort(EARLIEST_FREE);
      vacated.forEach(this::charge);
    }
    if (credits.nextAt() <= now) {
      account(now);
    }
    if (vacated != null) {
      vacated.forEach(pcpu -> decide(pcpu, now));
    }
  }

  /** Accounting comes before what runs behind it, so nothing runs ahead over its instant. */
  private boolean isOver(Pcpu pcpu, long now) {
    return pcpu.freeAt <= now
        || (pcpu.freeAt <= now + RUN_AHEAD_NS && pcpu.freeAt < credits.nextAt());
  }

  private void charge(Pcpu pcpu) {
    SchedVcpu vcpu = pcpu.current;
    long used = pcpu.freeAt - pcpu.start;
    vcpu.cpuTimeNs += used;
    vcpu.ranNs += used;
    vcpu.ranUntil = pcpu.freeAt;
    credits.burn(vcpu, pcpu.start, pcpu.freeAt);
  }

  private void account(long now) {
    List<SchedVcpu> unparked = new ArrayList<>();
    credits.account(now, unparked::add);
    for (Pcpu pcpu : pcpus) {
      pcpu.queue.reorder();
    }
    for (SchedVcpu vcpu : unparked) {
      if (vcpu.isRunnable() && !vcpu.isRunning()) {
        vcpu.readySince = now;
        place(vcpu, now);
      }
    }
  }

  /** The slice that occupied the pCPU is over and charged: what next? */
  private void decide(Pcpu pcpu, long now) {
    SchedVcpu last = pcpu.current;
    boolean goesOn = last.isRunnable() && !last.wokenMeanwhile && goesOn(pcpu, last);
    last.running = null;
    pcpu.current = null;
    pcpu.answered = false;
    idle++;
    if (goesOn) {
      start(pcpu, last, now);
      return;
    }
    pcpu.preempt = false;
    last.ranNs = 0;
    if (last.isRunnable()) {
      if (last.wokenMeanwhile) {
        boost(last);
      } else {
        last.readySince = pcpu.freeAt;
      }
      pcpu.queue.insert(last);
    }
    last.wokenMeanwhile = false;
    next(pcpu, now);
  }

  private static boolean goesOn(Pcpu pcpu, SchedVcpu vcpu) {
    return !pcpu.yielded && (vcpu.ranNs < RATELIMIT_NS || (!pcpu.preempt && vcpu.ranNs < SLICE_NS));
  }

  /** Gives a free pCPU the best vCPU there is: of its own queue, or stolen from others. */
  private void next(Pcpu pcpu, long now) {
    SchedVcpu best = pcpu.queue.head();
    if (best == null
        || (best.priority == Priority.OVER && now - pcpu.lastBalance >= RATELIMIT_NS)) {
      pcpu.lastBalance = now;
      SchedVcpu better = findBetter(pcpu, best);
      best = better == null ? best : better;
    }
    if (best != null) {
      takeOut(best);
      start(pcpu, best, now);
    }
  }

  /** The first head of another queue with a higher priority than {@code best}, or null. */
  private SchedVcpu findBetter(Pcpu thief, SchedVcpu best) {
    for (int i = 1; i < pcpus.size(); i++) {
      SchedVcpu head = pcpus.get((thief.id + i) % pcpus.size()).queue.head();
      if (head != null && (best == null || head.priority.compareTo(best.priority) > 0)) {
        return head;
      }
    }
    return null;
  }

  private static void boost(SchedVcpu vcpu) {
    if (vcpu.priority == Priority.UNDER) {
      vcpu.priority = Priority.BOOST;
    }
  }

  /** A vCPU has become runnable: it runs at once on an idle pCPU, its own first, or it queues. */
  private void place(SchedVcpu vcpu, long now) {
    Pcpu own = pcpus.get(vcpu.pcpu);
    Pcpu free = own.isIdle() ? own : findIdle();
    if (free != null) {
      start(free, vcpu, now);
    } else {
      own.queue.insert(vcpu);
      own.preempt |= vcpu.priority.compareTo(own.current.priority) > 0;
    }
  }

  /** Round robin, so that not all work gathers on the first pCPUs; null when none is idle. */
  private Pcpu findIdle() {
    for (int i = 0; idle > 0 && i < pcpus.size(); i++) {
      Pcpu pcpu = pcpus.get((nextIdle + i) % pcpus.size());
      if (pcpu.isIdle()) {
        nextIdle = (pcpu.id + 1) % pcpus.size();
        return pcpu;
      }
    }
    return null;
  }

  private void start(Pcpu pcpu, SchedVcpu vcpu, long now) {
    long ready = Math.max(vcpu.readySince, vcpu.ranUntil);
    idle--;
    pcpu.start = Math.max(Math.max(pcpu.freeAt, ready), now - MAX_LAG_NS);
    pcpu.current = vcpu;
    vcpu.running = pcpu;
    vcpu.pcpu = pcpu.id;
    pcpu.budgetNs = budget(pcpu, vcpu);
    vcpu.domain.dispatch.run(vcpu, pcpu.id, pcpu.budgetNs);
  }

  private long budget(Pcpu pcpu, SchedVcpu vcpu) {
    long limit = idle > 0 ? Credits.TICK_NS : RATELIMIT_NS;
    if (pcpu.preempt) {
      limit = RATELIMIT_NS - vcpu.ranNs;
    }
    limit = Math.min(limit, SLICE_NS - vcpu.ranNs);
    limit = Math.min(limit, Credits.gridAfter(pcpu.start) - pcpu.start);
    return Math.max(limit, MIN_BUDGET_NS);
  }
}
