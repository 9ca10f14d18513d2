package io.xengarden.sim;

/** In which order an actor's mailbox hands out what waits in it. */
public enum MailboxOrder {
  /** As it arrived: Akka's own queue. What one handler sends is then never reordered. */
  ARRIVAL,

  /**
   * Akka keeps only the order between one sender and one receiver; so the seed picks whose message
   * comes next. Also yields orders that break causality, which happen between hosts but not inside
   * one: for hunting, not for statements about a single host.
   */
  PER_SENDER
}
