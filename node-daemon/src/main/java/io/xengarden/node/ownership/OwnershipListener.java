package io.xengarden.node.ownership;

import java.util.UUID;

/** Who is told, on the asker's turn and before the asker's answer, whose domains are whose. */
public interface OwnershipListener {
  /** Tells nobody. */
  OwnershipListener NOBODY =
      new OwnershipListener() {
        @Override
        public void held(UUID uuid, long epoch) {}

        @Override
        public void letGo(UUID uuid) {}

        @Override
        public void elsewhere(UUID uuid, long epoch) {}
      };

  /** This host owns it, under this epoch. */
  void held(UUID uuid, long epoch);

  /** This host does not own it any more. */
  void letGo(UUID uuid);

  /** The register says that another host owns it, under this epoch. */
  void elsewhere(UUID uuid, long epoch);
}
