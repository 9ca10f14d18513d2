package io.xengarden.node.image;

/**
 * What the head of an image says of a guest.
 *
 * @param frames its pseudo-physical frames: pages are 0 to {@code frames - 1}
 * @param xenMajor version of the Xen that saves it
 */
public record GuestShape(long frames, int xenMajor, int xenMinor) {
  public GuestShape {
    if (frames <= 0 || frames > ImageLimits.MAX_FRAMES) {
      throw new IllegalArgumentException("frames " + frames);
    }
  }
}
