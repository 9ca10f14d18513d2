package io.xengarden.sim;

import java.util.List;
import java.util.stream.LongStream;

/** The seeds to play a story under. */
public record Seeds(List<Long> values) {
  /** {@code -Dxengarden.seed=N}: instead of a test's own seeds play this one. */
  public static final String SEED_PROPERTY = "xengarden.seed";

  /** {@code -Dxengarden.seeds=N}: play {@code first(N)}, more than a test does by itself. */
  public static final String COUNT_PROPERTY = "xengarden.seeds";

  public Seeds {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no seeds: nothing would be tried");
    }
  }

  /** 1 to {@code count}. */
  public static Seeds first(int count) {
    return new Seeds(LongStream.rangeClosed(1, count).boxed().toList());
  }

  public static Seeds of(long... seeds) {
    return new Seeds(LongStream.of(seeds).boxed().toList());
  }

  /** These and more: seeds that once failed. */
  public Seeds and(long... more) {
    return new Seeds(
        LongStream.concat(values.stream().mapToLong(Long::longValue), LongStream.of(more))
            .distinct()
            .boxed()
            .toList());
  }

  /** What the command line asks for, else these. */
  Seeds unlessAskedOtherwise() {
    Long one = Long.getLong(SEED_PROPERTY);
    Integer count = Integer.getInteger(COUNT_PROPERTY);
    if (one != null) {
      return of(one);
    }
    return count != null ? first(count) : this;
  }
}
