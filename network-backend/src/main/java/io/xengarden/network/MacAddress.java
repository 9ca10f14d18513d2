package io.xengarden.network;

import java.util.regex.Pattern;

/**
 * An Ethernet address.
 *
 * @param value 48 bits, the byte that is sent first being the highest
 */
public record MacAddress(long value) {
  private static final Pattern TEXT = Pattern.compile("\\p{XDigit}{2}(:\\p{XDigit}{2}){5}");
  private static final int BYTES = 6;

  public MacAddress {
    if (value >>> (8 * BYTES) != 0) {
      throw new IllegalArgumentException(Long.toHexString(value) + " has more than 48 bits");
    }
  }

  /**
   * Reads {@code 00:16:3e:00:00:01}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static MacAddress parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is no MAC address");
    }
    return new MacAddress(Long.parseLong(text.replace(":", ""), 16));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = BYTES - 1; i >= 0; i--) {
      text.append("%02x".formatted(value >>> (8 * i) & 0xff)).append(i > 0 ? ":" : "");
    }
    return text.toString();
  }
}
