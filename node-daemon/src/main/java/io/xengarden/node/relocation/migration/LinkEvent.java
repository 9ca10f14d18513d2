package io.xengarden.node.relocation.migration;

/**
 * What one end of a link hears.
 *
 * @param <M> what the other end says
 */
public sealed interface LinkEvent<M> {
  record Received<M>(M message) implements LinkEvent<M> {}

  record HasRoom<M>() implements LinkEvent<M> {}

  /** Last: the other end has closed it, has died, or cannot be reached any more. */
  record Broken<M>(String why) implements LinkEvent<M> {}
}
