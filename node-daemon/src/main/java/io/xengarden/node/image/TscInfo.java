package io.xengarden.node.image;

/**
 * How a guest's time stamp counter goes on. Source: XEN_DOMCTL_gettscinfo.
 *
 * @param mode TSC_MODE_*: 0 default, 1 always emulated, 2 never
 * @param khz its frequency
 * @param elapsedNs its age
 * @param incarnation how often the guest was restored
 */
public record TscInfo(int mode, int khz, long elapsedNs, int incarnation) {
  static final int BYTES = 24;
}
