package io.xengarden.machine.stress;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.PageView;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IJ_Result;

/** Whoever sees the producer index sees the request that it announces. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "not yet announced")
@Outcome(id = "0, 7", expect = Expect.ACCEPTABLE, desc = "written, not yet announced")
@Outcome(id = "1, 7", expect = Expect.ACCEPTABLE, desc = "announced and there")
@Outcome(expect = Expect.FORBIDDEN, desc = "announced before it was there")
@State
public class RingPublish {
  private static final int PRODUCER = 0;
  private static final int REQUEST = 32;

  private final GuestMemory guest = Frames.domain();
  private final PageView backend = guest.page(0, true);

  @Actor
  public void frontend() {
    guest.putLong(REQUEST, 7);
    guest.putIntRelease(PRODUCER, 1);
  }

  @Actor
  public void backend(IJ_Result result) {
    result.r1 = backend.getIntAcquire(PRODUCER);
    result.r2 = backend.getLong(REQUEST);
  }
}
