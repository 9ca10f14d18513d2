package io.xengarden.node.cluster;

/** A host as its peers see it. */
public enum HostState {
  UP("Up"),
  UNREACHABLE("Unreachable"),
  DOWN("Down");

  private final String label;

  HostState(String label) {
    this.label = label;
  }

  /** As listings show it. */
  public String label() {
    return label;
  }
}
