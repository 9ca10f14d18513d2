package io.xengarden.abi;

/** Why a domain stopped, as SCHEDOP_shutdown carries it. Source: xen/include/public/sched.h. */
public enum ShutdownReason {
  POWEROFF('-'),
  REBOOT('r'),
  SUSPEND('s'),
  CRASH('c'),
  WATCHDOG('w'),
  SOFT_RESET('S');

  private static final ShutdownReason[] BY_NUMBER = values();

  private final char letter;

  ShutdownReason(char letter) {
    this.letter = letter;
  }

  /** The enum is declared in the ABI's order. */
  public int number() {
    return ordinal();
  }

  /** The letter of {@code xl list -v}. */
  public char letter() {
    return letter;
  }

  /** A reason nobody knows is a crash: the guest is not trusted to have stopped well. */
  public static ShutdownReason of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : CRASH;
  }
}
