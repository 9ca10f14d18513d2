package io.xengarden.node.image;

/**
 * An image or a stream that is not what it should be. The message is one line for people: the
 * image's name, the element, the byte at which that element begins, and what is wrong with it.
 */
public final class ImageRefused extends Exception {
  private static final long serialVersionUID = 1L;

  ImageRefused(String message) {
    super(message);
  }
}
