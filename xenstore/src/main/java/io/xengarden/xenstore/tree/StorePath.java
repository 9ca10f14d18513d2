package io.xengarden.xenstore.tree;

import io.xengarden.abi.Errno;

/**
 * Paths of the store: {@code /} between names of letters, digits and {@code -_@}, no double and no
 * trailing slash. What begins with {@code @} is special and lies outside the tree (docs/misc/
 * xenstore.txt).
 */
public final class StorePath {
  /** Longest absolute path, in characters (XENSTORE_ABS_PATH_MAX). */
  public static final int ABSOLUTE_MAX = 3072;

  /** Longest path below a domain's own, in characters (XENSTORE_REL_PATH_MAX). */
  public static final int RELATIVE_MAX = 2048;

  public static final String ROOT = "/";
  public static final String INTRODUCE_DOMAIN = "@introduceDomain";
  public static final String RELEASE_DOMAIN = "@releaseDomain";

  private static final String DOMAINS = "/local/domain/";

  /** The digits of a domid that Xen reads from a path. */
  private static final int DOMID_DIGITS = 5;

  private StorePath() {}

  /** Where a domain's relative paths begin. */
  public static String home(int domid) {
    return DOMAINS + domid;
  }

  /** The path that {@code given} names for a client at {@code home}; EINVAL if it is none. */
  public static String canonical(String given, String home) {
    if (given.isEmpty()) {
      throw new StoreError(Errno.EINVAL);
    }
    boolean relative = isRelative(given);
    if (relative && given.length() > RELATIVE_MAX) {
      throw new StoreError(Errno.EINVAL);
    }
    String path = relative ? home + "/" + given : given;
    if (path.length() > ABSOLUTE_MAX || !isValid(path)) {
      throw new StoreError(Errno.EINVAL);
    }
    return path;
  }

  public static boolean isRelative(String given) {
    return given.charAt(0) != '/' && given.charAt(0) != '@';
  }

  public static boolean isSpecial(String path) {
    return path.charAt(0) == '@';
  }

  /** The path one level up; the root's own for what lies directly below it. */
  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash > 0 ? path.substring(0, slash) : ROOT;
  }

  /** The last name in a path. */
  public static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  public static String child(String parent, String name) {
    return parent.equals(ROOT) ? ROOT + name : parent + "/" + name;
  }

  /** The characters that count against a domain's quota: those below {@code /local/domain/N/}. */
  public static int quotaLength(String path) {
    if (!path.startsWith(DOMAINS)) {
      return path.length();
    }
    int digits = DOMAINS.length();
    while (digits < path.length()
        && digits < DOMAINS.length() + DOMID_DIGITS
        && isDigit(path.charAt(digits))) {
      digits++;
    }
    boolean below = digits > DOMAINS.length() && path.startsWith("/", digits);
    return below ? path.length() - digits - 1 : path.length();
  }

  private static boolean isValid(String path) {
    char before = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (!isNameCharacter(c) && (c != '/' || before == '/')) {
        return false;
      }
      before = c;
    }
    return before != '/' || path.length() == 1;
  }

  private static boolean isNameCharacter(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || isDigit(c)
        || c == '-'
        || c == '_'
        || c == '@';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
