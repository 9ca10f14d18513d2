package io.xengarden.hypervisor.sched;

import java.util.ArrayList;
import java.util.Comparator;

/** Runnable vCPUs of one pCPU: by priority, first in first out inside one. */
final class RunQueue {
  private static final Comparator<SchedVcpu> HIGHEST_FIRST =
      Comparator.comparing((SchedVcpu vcpu) -> vcpu.priority).reversed();

  private final ArrayList<SchedVcpu> queue = new ArrayList<>();

  void insert(SchedVcpu vcpu) {
    int at = queue.size();
    while (at > 0 && queue.get(at - 1).priority.compareTo(vcpu.priority) < 0) {
      at--;
    }
    queue.add(at, vcpu);
    vcpu.queued = true;
  }

  /** The next one, left where it is, or null. */
  SchedVcpu head() {
    return queue.isEmpty() ? null : queue.getFirst();
  }

  void remove(SchedVcpu vcpu) {
    if (queue.remove(vcpu)) {
      vcpu.queued = false;
    }
  }

  /** After accounting: by the new priorities, without those it has parked. */
  void reorder() {
    for (SchedVcpu vcpu : queue) {
      vcpu.queued = !vcpu.parked;
    }
    queue.removeIf(vcpu -> vcpu.parked);
    queue.sort(HIGHEST_FIRST);
  }
}
