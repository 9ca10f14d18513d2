package io.xengarden.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.node.Arguments.BadArguments;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeOptionsTest {
  @Test
  void argumentsAreRead() throws Exception {
    NodeOptions options =
        NodeOptions.parse(
            "--dir /var/x --name host2 --cpus 4 --memory-mib 2048 --grpc-port 7652".split(" "));
    assertThat(options)
        .isEqualTo(
            new NodeOptions(
                Path.of("/var/x"), new HostSettings("host2", 4, 2048), 7652, Optional.empty()));
    assertThat(options.hostDir()).isEqualTo(Path.of("/var/x/host2"));
  }

  @Test
  void aHostHasEightCpusAnd16GibUnlessToldOtherwise() throws Exception {
    assertThat(NodeOptions.parse("--dir", "/x", "--name", "h").settings())
        .isEqualTo(new HostSettings("h", 8, 16384));
  }

  @Test
  void theArrayIsGivenByItsAddress() throws Exception {
    assertThat(NodeOptions.parse("--dir", "/x", "--name", "h", "--array", "127.0.0.1:7650").array())
        .contains(InetSocketAddress.createUnresolved("127.0.0.1", 7650));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--dir /x",
        "--name h",
        "--dir /x --name h --cpus",
        "--dir /x --name h --cpus 0",
        "--dir /x --name h --cpus 257",
        "--dir /x --name h --cpus many",
        "--dir /x --name h --memory-mib 512",
        "--dir /x --name h --memory-mib 99999999999",
        "--dir /x --name h --grpc-port 65536",
        "--dir /x --name h --array 7650",
        "--dir /x --name h --array :7650",
        "--dir /x --name h --array 127.0.0.1:0",
        "--dir /x --name h --array 127.0.0.1:x",
        "--dir /x --name a/b",
        "--dir /x --name h --verbose"
      })
  void whatCannotBeIsRefused(String line) {
    assertThatThrownBy(() -> NodeOptions.parse(line.split(" "))).isInstanceOf(BadArguments.class);
  }
}
