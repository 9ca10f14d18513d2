package io.xengarden.node.console;

/**
 * How many events of one guest are served in a stretch of time, as xenconsoled limits them: a guest
 * that rings without end takes no more than its share of dom0.
 */
final class EventWindow {
  static final int MAX_EVENTS = 30;
  static final int WINDOW_MS = 200;

  enum Verdict {
    /** Serve it, and start the window: it is the first one. */
    SERVE_FIRST,
    SERVE,
    /** Leave it to the window's end. */
    DEFER
  }

  private int served;
  private boolean deferred;

  Verdict count() {
    if (served >= MAX_EVENTS) {
      deferred = true;
      return Verdict.DEFER;
    }
    return served++ == 0 ? Verdict.SERVE_FIRST : Verdict.SERVE;
  }

  /** The window's time is over; whether an event waits to be served. */
  boolean endWindow() {
    boolean hadDeferred = deferred;
    served = 0;
    deferred = false;
    return hadDeferred;
  }
}
