package io.xengarden.abi;

import java.util.Arrays;

/** Type of a xenstore message. Source: xen/include/public/io/xs_wire.h. */
public enum XenstoreOp {
  CONTROL(0),
  DIRECTORY(1),
  READ(2),
  GET_PERMS(3),
  WATCH(4),
  UNWATCH(5),
  TRANSACTION_START(6),
  TRANSACTION_END(7),
  INTRODUCE(8),
  RELEASE(9),
  GET_DOMAIN_PATH(10),
  WRITE(11),
  MKDIR(12),
  RM(13),
  SET_PERMS(14),
  WATCH_EVENT(15),
  ERROR(16),
  IS_DOMAIN_INTRODUCED(17),
  RESUME(18),
  SET_TARGET(19),
  RESET_WATCHES(21),
  DIRECTORY_PART(22),
  GET_FEATURE(23),
  SET_FEATURE(24),
  GET_QUOTA(25),
  SET_QUOTA(26),

  /** Guaranteed never to be a type. */
  INVALID(0xffff);

  private static final XenstoreOp[] BY_NUMBER = byNumber();

  private final int number;

  XenstoreOp(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** The type of this number; INVALID when there is none, which a server answers with ENOSYS. */
  public static XenstoreOp of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : INVALID;
  }

  private static XenstoreOp[] byNumber() {
    XenstoreOp[] table = new XenstoreOp[SET_QUOTA.number + 1];
    Arrays.fill(table, INVALID);
    for (XenstoreOp op : values()) {
      if (op != INVALID) {
        table[op.number] = op;
      }
    }
    return table;
  }
}
