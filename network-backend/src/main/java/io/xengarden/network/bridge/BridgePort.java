package io.xengarden.network.bridge;

import io.xengarden.network.Frame;

/** A local interface's place on a bridge. Nothing comes out of it before it is connected. */
public final class BridgePort implements Location {
  private final LearningSwitch bridge;
  private final Owner owner;
  private volatile Outlet outlet;

  BridgePort(LearningSwitch bridge, Owner owner) {
    this.bridge = bridge;
    this.owner = owner;
  }

  /** Frames for this port go there from now on. */
  public void connect(Outlet to) {
    outlet = to;
  }

  /** Nothing comes out any more, but for what is on its way out; what was learned is forgotten. */
  public void disconnect() {
    outlet = null;
    bridge.forget(this);
  }

  /** A frame enters the bridge here, and leaves it elsewhere on the same thread. */
  public void send(Frame frame) {
    bridge.fromPort(this, frame);
  }

  /** The port is gone; once. */
  public void close() {
    outlet = null;
    bridge.remove(this);
  }

  Owner owner() {
    return owner;
  }

  boolean isConnected() {
    return outlet != null;
  }

  void offer(Frame frame) {
    Outlet to = outlet;
    if (to != null) {
      to.offer(frame);
    }
  }
}
