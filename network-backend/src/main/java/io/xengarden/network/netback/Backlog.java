package io.xengarden.network.netback;

import io.xengarden.network.Frame;

/**
 * Frames that wait for one guest: from any thread, to one owner, in their order. A full one takes
 * nothing, so a guest that gives no room loses frames and holds up nobody.
 */
public final class Backlog {
  /** Frames that may wait. */
  public static final int MAX_FRAMES = 512;

  /** Bytes that may wait: as many as a receive ring of whole pages. */
  public static final int MAX_BYTES = 1 << 20;

  // Guarded by this.
  private final Frame[] frames = new Frame[MAX_FRAMES];
  private int first;
  private int count;
  private int bytes;

  /** False when there is no room. */
  public synchronized boolean offer(Frame frame) {
    if (count == MAX_FRAMES || bytes + frame.length() > MAX_BYTES) {
      return false;
    }
    frames[(first + count) % MAX_FRAMES] = frame;
    count++;
    bytes += frame.length();
    return true;
  }

  /** The one that waits longest, or null. */
  synchronized Frame poll() {
    if (count == 0) {
      return null;
    }
    Frame frame = frames[first];
    frames[first] = null;
    first = (first + 1) % MAX_FRAMES;
    count--;
    bytes -= frame.length();
    return frame;
  }

  public synchronized int size() {
    return count;
  }
}
