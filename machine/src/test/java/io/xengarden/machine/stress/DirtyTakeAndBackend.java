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
import org.openjdk.jcstress.infra.results.JJ_Result;

/** Pre-copy takes a page's bit and then copies the page, while a backend writes it in bulk. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "missed, and dirty for the next round")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "copied, and copied again")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "copied")
@Outcome(expect = Expect.FORBIDDEN, desc = "a lost write")
@State
public class DirtyTakeAndBackend {
  private static final byte[] BLOCK = {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};

  private final GuestMemory guest = Frames.domain();
  private final PageView backend = guest.page(0, true);
  private final DirtyLog log = guest.startDirtyLog(2);

  @Actor
  public void backend() {
    backend.write(32, BLOCK, 0, BLOCK.length);
  }

  @Actor
  public void preCopy(JJ_Result result) {
    log.takeWord(0);
    result.r1 = guest.getLong(40);
  }

  @Arbiter
  public void nextRound(JJ_Result result) {
    result.r2 = log.takeWord(0);
  }
}
