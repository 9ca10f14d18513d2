package io.xengarden.node.cluster;

/** What membership says of the hosts, by the address under which each announced itself. */
public sealed interface MembershipEvent {
  /** A member that answers. */
  record MemberUp(String address) implements MembershipEvent {}

  /** A member that does not answer; it may come back. */
  record MemberUnreachable(String address) implements MembershipEvent {}

  /** No member any more. */
  record MemberGone(String address) implements MembershipEvent {}

  /** This host is in no cluster now; all that was known is void. */
  record Alone() implements MembershipEvent {}
}
