package io.xengarden.network;

import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.network.VifNodes.RingOffer;

/** The two mapped ring pages of a connection. Closed once. */
record VifRings(GrantMapping tx, GrantMapping rx) {

  /** Both, or neither. */
  static VifRings map(GrantAccess grants, RingOffer offer) throws VifConnector.CannotConnect {
    GrantMapping tx = map(grants, "tx-ring-ref", offer.txRingRef());
    try {
      return new VifRings(tx, map(grants, "rx-ring-ref", offer.rxRingRef()));
    } catch (VifConnector.CannotConnect refused) {
      tx.close();
      throw refused;
    }
  }

  private static GrantMapping map(GrantAccess grants, String name, int gref)
      throws VifConnector.CannotConnect {
    try {
      return grants.map(gref, Access.READ_WRITE);
    } catch (GrantRefused refused) {
      throw new VifConnector.CannotConnect(
          "mapping " + name + " " + Integer.toUnsignedString(gref) + ": " + refused.status());
    }
  }

  void close() {
    tx.close();
    rx.close();
  }
}
