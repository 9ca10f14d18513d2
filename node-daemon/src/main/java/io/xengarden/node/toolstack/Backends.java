package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import io.xengarden.abi.XenbusState;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import java.util.List;
import java.util.stream.IntStream;

/** The backends of a domain's disks, and where they stand. */
final class Backends {
  private final List<String> paths;

  Backends(Domid domid, List<VirtualDisk> disks) {
    paths = disks.stream().map(disk -> StorePaths.vbdBackend(domid, disk.devid())).toList();
  }

  boolean isEmpty() {
    return paths.isEmpty();
  }

  List<String> paths() {
    return paths;
  }

  List<String> statePaths() {
    return paths.stream().map(path -> path + "/state").toList();
  }

  /** Asks for the states, in the order of the disks. */
  List<StoreOp> question() {
    return statePaths().stream().<StoreOp>map(StoreOp.ReadIfPresent::new).toList();
  }

  /** The answer to {@link #question}; a backend whose node is gone is UNKNOWN. */
  List<XenbusState> states(BatchDone answer) {
    return IntStream.range(0, paths.size())
        .mapToObj(i -> answer.text(i).map(XenbusState::parse).orElse(XenbusState.UNKNOWN))
        .toList();
  }
}
