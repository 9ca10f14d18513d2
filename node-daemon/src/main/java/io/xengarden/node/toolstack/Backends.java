package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import io.xengarden.abi.XenbusState;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The backends of a domain's devices, disks before interfaces, and where they stand. */
final class Backends {
  private final List<String> paths = new ArrayList<>();
  private final List<String> frontendPaths = new ArrayList<>();

  Backends(Domid domid, List<VirtualDisk> disks, List<VirtualInterface> vifs) {
    for (VirtualDisk disk : disks) {
      paths.add(StorePaths.vbdBackend(domid, disk.devid()));
      frontendPaths.add(StorePaths.vbdFrontend(domid, disk.devid()));
    }
    for (VirtualInterface vif : vifs) {
      paths.add(StorePaths.vifBackend(domid, vif.devid()));
      frontendPaths.add(StorePaths.vifFrontend(domid, vif.devid()));
    }
  }

  boolean isEmpty() {
    return paths.isEmpty();
  }

  List<String> paths() {
    return paths;
  }

  /** In the same order. */
  List<String> frontendPaths() {
    return frontendPaths;
  }

  List<String> statePaths() {
    return paths.stream().map(path -> path + "/state").toList();
  }

  /** Asks for the states, in the order of the devices. */
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
