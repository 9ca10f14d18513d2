package io.xengarden.abi;

/**
 * A domain's number. 0 is dom0; ids from {@link #FIRST_RESERVED} on are not domains but words
 * ("myself", "I/O memory"). Source: xen/include/public/xen.h.
 *
 * @param value 0 to 0x7FFF
 */
public record Domid(int value) implements Comparable<Domid> {
  /** The first id no ordinary domain can have. */
  public static final int FIRST_RESERVED = 0x7FF0;

  private static final int MAX = 0x7FFF;

  public static final Domid DOM0 = new Domid(0);

  /** The caller itself. */
  public static final Domid SELF = new Domid(0x7FF0);

  public static final Domid IO = new Domid(0x7FF1);
  public static final Domid XEN = new Domid(0x7FF2);
  public static final Domid INVALID = new Domid(0x7FF4);

  public Domid {
    if (value < 0 || value > MAX) {
      throw new IllegalArgumentException("domid " + value + " not in 0.." + MAX);
    }
  }

  public static Domid of(int value) {
    return new Domid(value);
  }

  /** Whether a domain can have this id. */
  public boolean isOrdinary() {
    return value < FIRST_RESERVED;
  }

  @Override
  public int compareTo(Domid other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
