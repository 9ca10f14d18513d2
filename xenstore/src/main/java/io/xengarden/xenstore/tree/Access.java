package io.xengarden.xenstore.tree;

import io.xengarden.abi.Errno;

/**
 * What one domain may do with a node; the letters are those of the wire (xs_lib's perm strings).
 */
public enum Access {
  NONE('n'),
  READ('r'),
  WRITE('w'),
  BOTH('b');

  /** Bits of {@link #bits}, and one more that only the node's owner and dom0 hold. */
  public static final int MAY_READ = 1;

  public static final int MAY_WRITE = 2;
  public static final int OWNS = 4;

  private final char letter;

  Access(char letter) {
    this.letter = letter;
  }

  public char letter() {
    return letter;
  }

  public int bits() {
    return ordinal();
  }

  static Access ofBits(int bits) {
    return switch (bits & 3) {
      case MAY_READ -> READ;
      case MAY_WRITE -> WRITE;
      case MAY_READ | MAY_WRITE -> BOTH;
      default -> NONE;
    };
  }

  static Access ofLetter(char letter) {
    return switch (letter) {
      case 'n' -> NONE;
      case 'r' -> READ;
      case 'w' -> WRITE;
      case 'b' -> BOTH;
      default -> throw new StoreError(Errno.EINVAL);
    };
  }
}
