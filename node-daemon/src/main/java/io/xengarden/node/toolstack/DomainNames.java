package io.xengarden.node.toolstack;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** How domains are called. */
final class DomainNames {
  static final String DOMAIN_0 = "Domain-0";

  /** A domain that is dying and of which nobody knows any more, as xl lists it. */
  static final String UNKNOWN = "(null)";

  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final DateTimeFormatter PRESERVED =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmm'Z'").withZone(ZoneOffset.UTC);
  private static final long VERSION_4 = 0x4000L;
  private static final long VERSION_MASK = 0xF000L;
  private static final long VARIANT_1 = 0x8000_0000_0000_0000L;
  private static final long VARIANT_MASK = 0xC000_0000_0000_0000L;

  private DomainNames() {}

  /** The canonical text form only; java.util.UUID takes much else. */
  static Optional<UUID> parseUuid(String text) {
    return UUID_TEXT.matcher(text).matches()
        ? Optional.of(UUID.fromString(text))
        : Optional.empty();
  }

  static UUID randomUuid(RandomGenerator random) {
    return new UUID(
        random.nextLong() & ~VERSION_MASK | VERSION_4,
        random.nextLong() & ~VARIANT_MASK | VARIANT_1);
  }

  /** What a domain is called that rename-restart leaves behind. */
  static String preserved(String name, Instant now) {
    return name + "-" + PRESERVED.format(now);
  }
}
