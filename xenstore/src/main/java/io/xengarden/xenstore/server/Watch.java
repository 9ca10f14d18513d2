package io.xengarden.xenstore.server;

/**
 * A connection's interest in a path and what is below it.
 *
 * @param path canonical
 * @param relative whether its events carry paths relative to the domain's own
 * @param depth how many levels below, or {@link #ALL}
 */
record Watch(Connection owner, String path, String token, boolean relative, int depth) {
  static final int ALL = -1;

  private static final int WATCH_BYTES = 64;

  int bytes() {
    return WATCH_BYTES + path.length() + token.length();
  }

  void fire(String changed) {
    owner.outlet().event(shown(changed), token);
  }

  /** A path at or below this watch's own, as its owner is told of it. */
  String shown(String changed) {
    return relative ? changed.substring(owner.home().length() + 1) : changed;
  }

  /** Whether a path at or below this watch's own is within its depth. */
  boolean reaches(String changed) {
    if (depth == ALL || changed.length() == path.length()) {
      return true;
    }
    int levels = path.length() == 1 ? 1 : 0;
    for (int i = path.length(); i < changed.length(); i++) {
      if (changed.charAt(i) == '/') {
        levels++;
      }
    }
    return levels <= depth;
  }
}
