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
import org.openjdk.jcstress.infra.results.J_Result;

/** The guest and a backend dirty two pages whose bits share a word. */
@JCStressTest
@Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "both dirty")
@Outcome(expect = Expect.FORBIDDEN, desc = "a lost mark")
@State
public class DirtyMarks {
  private final GuestMemory guest = Frames.domain();
  private final PageView backend = guest.page(1, true);
  private final DirtyLog log = guest.startDirtyLog(2);

  @Actor
  public void guest() {
    guest.putByte(0, (byte) 1);
  }

  @Actor
  public void backend() {
    backend.putByte(0, (byte) 1);
  }

  @Arbiter
  public void marked(J_Result result) {
    result.r1 = log.takeWord(0);
  }
}
