package io.xengarden.domain;

/** How a domain treats its guest between two slices. */
public enum GuestMode {
  NORMAL,
  /**
   * The guest object is thrown away and made anew, and every context goes through its bytes: what a
   * guest keeps outside its pages and registers is lost, as in a migration. For tests.
   */
  AMNESIA
}
