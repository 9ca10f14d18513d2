package io.xengarden.sim;

import java.util.Arrays;

/** Fingerprints along a run, at most {@link #MAX_MARKS}, so that two runs can be told apart. */
final class Trail {
  private static final int MAX_MARKS = 4096;

  private long[] fingerprints = new long[64];
  private long[] instants = new long[64];
  private int marks;

  /** A power of two: every stride-th step leaves a mark. */
  private long stride = 1;

  void add(long step, long instant, long fingerprint) {
    if ((step & (stride - 1)) != 0) {
      return;
    }
    if (marks == MAX_MARKS) {
      thinOut();
      add(step, instant, fingerprint);
      return;
    }
    if (marks == fingerprints.length) {
      fingerprints = Arrays.copyOf(fingerprints, marks * 2);
      instants = Arrays.copyOf(instants, marks * 2);
    }
    fingerprints[marks] = fingerprint;
    instants[marks++] = instant;
  }

  private void thinOut() {
    for (int i = 1; i < marks; i += 2) {
      fingerprints[i / 2] = fingerprints[i];
      instants[i / 2] = instants[i];
    }
    marks /= 2;
    stride *= 2;
  }

  /** Where two runs of one seed part, in words. */
  String partsFrom(Trail other) {
    if (stride != other.stride) {
      return "they differ in length by a factor of two or more";
    }
    int common = Math.min(marks, other.marks);
    for (int i = 0; i < common; i++) {
      if (fingerprints[i] != other.fingerprints[i]) {
        return "they part after step %d and by step %d, at %.6f s"
            .formatted(i * stride, (i + 1) * stride, instants[i] / 1e9);
      }
    }
    return "they part after step " + common * stride;
  }
}
