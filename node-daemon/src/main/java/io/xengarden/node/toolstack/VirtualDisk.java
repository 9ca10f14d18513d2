package io.xengarden.node.toolstack;

import io.xengarden.storage.BlockImages.Access;

/**
 * One disk of a plan, checked.
 *
 * @param target absolute path of the image
 * @param vdev as the configuration names it: xvda
 * @param devid the number of that name
 */
record VirtualDisk(String target, String vdev, int devid, Access access, Medium medium) {
  enum Medium {
    DISK,
    CDROM
  }
}
