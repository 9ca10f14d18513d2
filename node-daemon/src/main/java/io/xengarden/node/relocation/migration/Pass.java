package io.xengarden.node.relocation.migration;

/** Hands out the frames of one round. */
sealed interface Pass permits FirstPass, DirtyPass {
  /** Fills {@code gfns} from its start and says with how many; 0 does not mean the end. */
  int next(long[] gfns);

  boolean isOver();

  /** Frames looked at so far. */
  long looked();
}
