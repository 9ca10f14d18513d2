package io.xengarden.machine.stress;

import io.xengarden.machine.DirtyLog;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.PageView;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IJ_Result;

/**
 * A second migration after a failed one: the backend may still hold the old log, and marking that
 * one helps nobody.
 */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "missed, and in the new log")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "copied, and copied again")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "copied")
@Outcome(expect = Expect.FORBIDDEN, desc = "a lost write")
@State
public class DirtyRestartAndBackend {
  private final GuestMemory guest = Frames.domain();
  private final PageView backend = guest.page(0, true);
  private DirtyLog log = guest.startDirtyLog(2);

  @Actor
  public void backend() {
    backend.putLong(16, 1);
  }

  @Actor
  public void migration(IJ_Result result) {
    guest.stopDirtyLog();
    log = guest.startDirtyLog(2);
    result.r1 = guest.getInt(16);
  }

  @Arbiter
  public void nextRound(IJ_Result result) {
    result.r2 = log.takeWord(0);
  }
}
