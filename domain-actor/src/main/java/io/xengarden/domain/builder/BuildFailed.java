package io.xengarden.domain.builder;

/** A domain cannot be built, or restored, as asked; the message is one line for the operator. */
public final class BuildFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BuildFailed(String why) {
    super(why);
  }
}
