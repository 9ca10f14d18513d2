package io.xengarden.machine.stress;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.PageView;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The producer pushes and looks whether it must notify; the consumer asks to be notified and looks
 * for work once more. If both miss the other, the request waits for ever.
 */
@JCStressTest
@Outcome(
    id = {"0, 1", "1, 0", "1, 1"},
    expect = Expect.ACCEPTABLE,
    desc = "at least one saw the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "a lost wake-up")
@State
public class RingFinalCheck {
  private static final int PRODUCER = 0;
  private static final int NOTIFY_AT = 4;

  private final GuestMemory guest = Frames.domain();
  private final PageView backend = guest.page(0, true);

  @Actor
  public void frontend(II_Result result) {
    guest.putIntRelease(PRODUCER, 1);
    VarHandle.fullFence();
    result.r1 = guest.getIntAcquire(NOTIFY_AT);
  }

  @Actor
  public void backend(II_Result result) {
    backend.putIntRelease(NOTIFY_AT, 1);
    VarHandle.fullFence();
    result.r2 = backend.getIntAcquire(PRODUCER);
  }
}
