package io.xengarden.cli.cluster;

/**
 * The main classes of a cluster's processes, in node-daemon; only their names are known here.
 *
 * @param host one host
 * @param array what the hosts share
 * @param all the array and every host in one process
 */
record Daemons(String host, String array, String all) {
  static final Daemons STANDARD =
      new Daemons(
          "io.xengarden.node.NodeMain",
          "io.xengarden.node.ArrayMain",
          "io.xengarden.node.ClusterMain");
}
