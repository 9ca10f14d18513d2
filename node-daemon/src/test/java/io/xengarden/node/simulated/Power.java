package io.xengarden.node.simulated;

/** Whether a simulated process lives. What a dead one still does reaches nobody. */
public final class Power {
  private boolean on = true;

  public boolean isOn() {
    return on;
  }

  void off() {
    on = false;
  }
}
