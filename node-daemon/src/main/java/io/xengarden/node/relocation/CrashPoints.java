package io.xengarden.node.relocation;

/**
 * Who decides whether a flow passes a {@link CrashPoint}. In production it always may, unless a
 * point is armed; in simulation the test decides, and may end a host meanwhile.
 */
@FunctionalInterface
public interface CrashPoints {
  /** Nothing is armed. */
  CrashPoints NONE = (point, domain, release) -> true;

  /**
   * Called on the flow's turn when it reaches a point.
   *
   * @param domain the name of the domain it works on, for people
   * @param release if the answer is false, to be called on any thread when the flow may pass; never
   *     for one that dies there
   * @return whether it may pass at once
   */
  boolean mayPass(CrashPoint point, String domain, Runnable release);
}
