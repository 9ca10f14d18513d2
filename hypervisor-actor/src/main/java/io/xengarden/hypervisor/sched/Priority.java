package io.xengarden.hypervisor.sched;

/** Lowest first. */
enum Priority {
  /** Has used more than its share. */
  OVER,
  /** Has credit. */
  UNDER,
  /** Had credit when it woke, and has hardly run since. */
  BOOST
}
