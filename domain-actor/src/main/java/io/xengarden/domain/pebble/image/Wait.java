package io.xengarden.domain.pebble.image;

/** What a parked task waits for; its number in the record is the ordinal. */
public enum Wait {
  NOTHING,
  /** Its deadline only. */
  TIME,
  /** A finished line on hvc0. */
  CONSOLE_LINE,
  /** Room in the console's output ring. */
  CONSOLE_ROOM,
  /** New lines in the kernel log, or a change of {@link KernelState}'s flags. */
  KERNEL,
  /** The reply to its xenstore request. */
  STORE_REPLY,
  /** Room in the xenstore ring, or its turn to send. */
  STORE_ROOM,
  /** No xenstore request outstanding. */
  STORE_QUIET,
  /** Completion of one of its block requests. */
  BLOCK_DONE,
  /** Room among a disk's requests; the key is the slot. */
  BLOCK_ROOM,
  /** A device came, went or changed its state. */
  DEVICE,
  /** The end of a task; the key is its pid. */
  CHILD,
  /** Something in {@link KernelState#xenwatch()}. */
  XENWATCH,
  /** A vCPU went down. */
  VCPU_DOWN,
  /** Something on a network interface's rings. */
  NET_WORK,
  /** An echo reply, a neighbour's address, or an interface that can send again. */
  NET;

  private static final Wait[] ALL = values();

  static Wait of(int number) {
    return number >= 0 && number < ALL.length ? ALL[number] : NOTHING;
  }
}
