package io.xengarden.xenstore.tree;

import io.xengarden.abi.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Who may do what with a node. The first entry names the owner, who may do everything, and says
 * what everybody without an entry may do; the others say what one domain may do. Immutable, shared
 * between nodes.
 */
public final class Permissions {
  /** Most entries a node can have; unprivileged domains are held to a lower quota. */
  public static final int ENTRIES_MAX = 1024;

  private static final int DOMID_MAX = 0xffff;
  private static final int ACCESS_SHIFT = 16;

  /** domid in the low 16 bits, access bits above them: a node's permissions cost few bytes. */
  private final int[] entries;

  private Permissions(int... entries) {
    this.entries = entries;
  }

  /** A node of {@code owner}, with {@code others} for every domain that has no entry. */
  public static Permissions owner(int owner, Access others) {
    return new Permissions(entry(owner, others));
  }

  /** From strings such as {@code n0 r5}; EINVAL if one is malformed. */
  public static Permissions parse(List<String> strings) {
    if (strings.isEmpty() || strings.size() > ENTRIES_MAX) {
      throw new StoreError(Errno.EINVAL);
    }
    int[] entries = new int[strings.size()];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = parseEntry(strings.get(i));
    }
    return new Permissions(entries);
  }

  /** As {@link #parse(List)}; for constants in code. */
  public static Permissions of(String... strings) {
    return parse(List.of(strings));
  }

  /** These, and one more entry. */
  public Permissions and(int domid, Access access) {
    int[] more = Arrays.copyOf(entries, entries.length + 1);
    more[entries.length] = entry(domid, access);
    return new Permissions(more);
  }

  /** The same access for everybody, under another owner. */
  public Permissions withOwner(int domid) {
    if (owner() == domid) {
      return this;
    }
    int[] changed = entries.clone();
    changed[0] = changed[0] & ~DOMID_MAX | domid;
    return new Permissions(changed);
  }

  /** Without the entries of one domain that is not the owner. */
  public Permissions without(int domid) {
    int[] kept = new int[entries.length];
    kept[0] = entries[0];
    int count = 1;
    for (int i = 1; i < entries.length; i++) {
      if (domid(i) != domid) {
        kept[count++] = entries[i];
      }
    }
    return count == entries.length ? this : new Permissions(Arrays.copyOf(kept, count));
  }

  public int owner() {
    return domid(0);
  }

  public int size() {
    return entries.length;
  }

  public int domid(int index) {
    return entries[index] & DOMID_MAX;
  }

  public Access access(int index) {
    return Access.ofBits(entries[index] >>> ACCESS_SHIFT);
  }

  public boolean mention(int domid) {
    for (int i = 0; i < entries.length; i++) {
      if (domid(i) == domid) {
        return true;
      }
    }
    return false;
  }

  /** The {@link Access} bits of an unprivileged domain that acts for {@code target} as well. */
  public int rightsOf(int domid, int target) {
    if (owner() == domid || owner() == target) {
      return Access.MAY_READ | Access.MAY_WRITE | Access.OWNS;
    }
    for (int i = 1; i < entries.length; i++) {
      if (domid(i) == domid || domid(i) == target) {
        return access(i).bits();
      }
    }
    return access(0).bits();
  }

  /** The entries as the wire writes them. */
  public List<String> strings() {
    List<String> strings = new ArrayList<>(entries.length);
    for (int i = 0; i < entries.length; i++) {
      strings.add(access(i).letter() + Integer.toString(domid(i)));
    }
    return strings;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Permissions that && Arrays.equals(entries, that.entries);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(entries);
  }

  @Override
  public String toString() {
    return String.join(" ", strings());
  }

  private static int entry(int domid, Access access) {
    if (domid < 0 || domid > DOMID_MAX) {
      throw new StoreError(Errno.EINVAL);
    }
    return access.bits() << ACCESS_SHIFT | domid;
  }

  private static int parseEntry(String string) {
    if (string.length() < 2 || string.length() > 6) {
      throw new StoreError(Errno.EINVAL);
    }
    int domid = 0;
    for (int i = 1; i < string.length(); i++) {
      int digit = string.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw new StoreError(Errno.EINVAL);
      }
      domid = domid * 10 + digit;
    }
    return entry(domid, Access.ofLetter(string.charAt(0)));
  }
}
