package io.xengarden.domain.pebble.programs.net;

import io.xengarden.domain.pebble.net.Inet4;
import io.xengarden.domain.pebble.programs.operand.Sizes;
import java.util.List;

/**
 * ping's command line.
 *
 * @param count 0 for no end
 * @param error what is wrong with it; empty for nothing
 */
record PingRequest(int target, long count, long intervalNs, boolean quiet, String error) {
  static final long DEFAULT_INTERVAL_NS = 1_000_000_000;

  /** iputils': less than this is flooding. */
  static final long MIN_INTERVAL_NS = 2_000_000;

  private static final long MAX_COUNT = 1L << 40;

  static PingRequest parse(List<String> words) {
    long count = 0;
    long interval = DEFAULT_INTERVAL_NS;
    boolean quiet = false;
    String host = "";
    for (int at = 1; at < words.size(); at++) {
      String word = words.get(at);
      String value = at + 1 < words.size() ? words.get(at + 1) : "";
      switch (word) {
        case "-c" -> {
          count = value.matches("[0-9]{1,15}") ? Long.parseLong(value) : 0;
          if (count < 1 || count > MAX_COUNT) {
            return wrong("ping: invalid argument: '" + value + "'");
          }
          at++;
        }
        case "-i" -> {
          interval = Sizes.parseSeconds(value);
          if (interval < 0) {
            return wrong("ping: bad timing interval: '" + value + "'");
          }
          if (interval < MIN_INTERVAL_NS) {
            return wrong("ping: cannot flood, minimal interval is 2 ms");
          }
          at++;
        }
        case "-q" -> quiet = true;
        default -> {
          if (word.startsWith("-")) {
            return wrong("ping: invalid option -- '" + word.replaceFirst("-+", "") + "'");
          }
          if (!host.isEmpty()) {
            return wrong("ping: one host at a time");
          }
          host = word;
        }
      }
    }
    if (host.isEmpty()) {
      return wrong("ping: usage error: Destination address required");
    }
    long target = Inet4.parse(host);
    if (target == Inet4.NO_ADDRESS) {
      return wrong("ping: " + host + ": Name or service not known");
    }
    return new PingRequest((int) target, count, interval, quiet, "");
  }

  private static PingRequest wrong(String error) {
    return new PingRequest(0, 0, 0, false, error);
  }
}
