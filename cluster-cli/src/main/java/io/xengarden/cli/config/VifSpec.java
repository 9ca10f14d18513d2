package io.xengarden.cli.config;

import io.xengarden.cli.config.ConfigError.BadSpec;
import io.xengarden.proto.v1.VifConfig;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One entry of {@code vif=}: xl-network-configuration(5)'s {@code key=value} list. */
public final class VifSpec {
  static final long DEFAULT_RATE_INTERVAL_US = 50_000;

  private static final Pattern MAC = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");
  private static final Pattern RATE =
      Pattern.compile("([0-9]{1,10})([GMK]?)([Bb])/s(?:@([0-9]{1,10})(us|ms|s))?");
  private static final Set<String> IGNORED =
      Set.of("gatewaydev", "netdev", "backend", "devid", "vlan", "accel");

  private VifSpec() {}

  static VifConfig parse(String spec) throws BadSpec {
    VifConfig.Builder vif = VifConfig.newBuilder();
    for (String part : spec.split(",")) {
      String text = part.strip();
      if (!text.isEmpty() && !text.equals("trusted") && !text.equals("untrusted")) {
        int equals = text.indexOf('=');
        if (equals < 0) {
          throw new BadSpec("unrecognized vif argument `" + text + "'");
        }
        keyword(vif, text.substring(0, equals).strip(), text.substring(equals + 1).strip());
      }
    }
    return vif.build();
  }

  private static void keyword(VifConfig.Builder vif, String key, String value) throws BadSpec {
    switch (key) {
      case "mac" -> vif.setMac(mac(value));
      case "bridge" -> vif.setBridge(value);
      case "ip" -> vif.setIp(value);
      case "vifname" -> vif.setVifname(value);
      case "script" -> vif.setScript(value);
      case "mtu" -> vif.setMtu(mtu(value));
      case "type" -> vif.setType(type(value));
      case "model" -> vif.setModel(value);
      case "rate" -> rate(vif, value);
      default -> {
        if (!IGNORED.contains(key)) {
          throw new BadSpec("unrecognized vif argument `" + key + "'");
        }
      }
    }
  }

  private static String mac(String value) throws BadSpec {
    if (!MAC.matcher(value).matches()) {
      throw new BadSpec("invalid MAC address `" + value + "'");
    }
    return value.toLowerCase(Locale.ROOT);
  }

  private static int mtu(String value) throws BadSpec {
    long mtu = Numbers.parse(value).orElse(-1);
    if (mtu < 68 || mtu > 65_535) {
      throw new BadSpec("invalid mtu `" + value + "'");
    }
    return (int) mtu;
  }

  private static String type(String value) throws BadSpec {
    if (value.equals("ioemu")) {
      throw new BadSpec("vif type ioemu needs an HVM guest");
    }
    if (!value.equals("vif")) {
      throw new BadSpec("unknown vif type `" + value + "'");
    }
    return value;
  }

  /** {@code 10Mb/s@50ms}: powers of a thousand; b is bits, B is bytes. */
  private static void rate(VifConfig.Builder vif, String value) throws BadSpec {
    Matcher rate = RATE.matcher(value);
    if (!rate.matches()) {
      throw new BadSpec("invalid rate `" + value + "'");
    }
    long number = Long.parseLong(rate.group(1));
    if (number == 0 || number > 0xffff_ffffL) {
      throw new BadSpec("rate overflow in `" + value + "'");
    }
    long bytesPerSecond = number * thousands(rate.group(2)) / (rate.group(3).equals("b") ? 8 : 1);
    long intervalUs =
        rate.group(4) == null
            ? DEFAULT_RATE_INTERVAL_US
            : Long.parseLong(rate.group(4)) * microseconds(rate.group(5));
    if (intervalUs == 0 || intervalUs > 0xffff_ffffL) {
      throw new BadSpec("rate interval overflow in `" + value + "'");
    }
    try {
      vif.setRateBytes(Math.multiplyExact(bytesPerSecond, intervalUs) / 1_000_000);
      vif.setRateIntervalUs(intervalUs);
    } catch (ArithmeticException e) {
      throw new BadSpec("rate overflow in `" + value + "'");
    }
  }

  private static long thousands(String prefix) {
    return switch (prefix) {
      case "G" -> 1_000_000_000L;
      case "M" -> 1_000_000L;
      case "K" -> 1_000L;
      default -> 1;
    };
  }

  private static long microseconds(String unit) {
    return switch (unit) {
      case "s" -> 1_000_000L;
      case "ms" -> 1_000L;
      default -> 1;
    };
  }
}
