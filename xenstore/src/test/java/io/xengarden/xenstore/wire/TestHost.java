package io.xengarden.xenstore.wire;

import io.xengarden.abi.Errno;
import io.xengarden.xenstore.server.Store;
import io.xengarden.xenstore.tree.StoreError;

/** A store with clients that speak the wire format, without rings. */
final class TestHost {
  final Store store = new Store();
  final Wire wire =
      new Wire(
          store,
          new Rings() {
            @Override
            public void reconnect(int domid) {
              throw new StoreError(Errno.ENOENT);
            }

            @Override
            public void release(int domid) {
              store.requireIntroduced(domid);
              store.release(domid);
            }
          });

  TestClient domain(int domid) {
    TestClient client = new TestClient(wire);
    client.connect(store.introduce(domid, client));
    return client;
  }

  TestClient dom0() {
    TestClient client = new TestClient(wire);
    client.connect(store.connect(0, client));
    return client;
  }
}
