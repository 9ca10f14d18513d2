package io.xengarden.abi;

/**
 * Xen's error numbers, which are Linux's. A hypercall returns {@link #result}; xenstore sends the
 * name. Source: xen/include/public/errno.h.
 */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  ESRCH(3),
  EIO(5),
  ENXIO(6),
  E2BIG(7),
  ENOEXEC(8),
  EBADF(9),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EFAULT(14),
  EBUSY(16),
  EEXIST(17),
  EXDEV(18),
  ENODEV(19),
  EISDIR(21),
  EINVAL(22),
  EMFILE(24),
  ENOSPC(28),
  EROFS(30),
  ERANGE(34),
  EDEADLK(35),
  ENAMETOOLONG(36),
  ENOSYS(38),
  ENOTEMPTY(39),
  ENODATA(61),
  ETIME(62),
  EBADMSG(74),
  EOVERFLOW(75),
  EOPNOTSUPP(95),
  EADDRINUSE(98),
  ENOBUFS(105),
  EISCONN(106),
  ENOTCONN(107),
  ETIMEDOUT(110);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** What a failed hypercall leaves in rax: the negative number. */
  public long result() {
    return -number;
  }

  /**
   * The error with this positive number.
   *
   * @throws IllegalArgumentException when there is none here
   */
  public static Errno of(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno;
      }
    }
    throw new IllegalArgumentException("errno " + number);
  }

  /** The error of this name; EINVAL for an unknown one, as Linux's xenbus client reads it. */
  public static Errno parse(String name) {
    for (Errno errno : values()) {
      if (errno.name().equals(name)) {
        return errno;
      }
    }
    return EINVAL;
  }
}
