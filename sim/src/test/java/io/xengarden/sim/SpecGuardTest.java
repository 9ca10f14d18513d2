package io.xengarden.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecGuardTest {
  @Test
  void everySpecOfThisModuleCanBeMade() throws IOException {
    assertThat(SpecGuard.makeEverySpec(LeaseSpec.class)).contains(LeaseSpec.class.getName());
  }

  @Test
  void aSpecWhoseConstructorThrowsFailsTheBuild(@TempDir Path folder) throws Exception {
    compile(folder, "GoodSpec", "");
    compile(folder, "BrokenSpec", "throw new IllegalStateException(\"a scenario named twice\");");
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Class<?> good = loader.loadClass("GoodSpec");
      assertThatThrownBy(() -> SpecGuard.makeEverySpec(good))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("BrokenSpec")
          .hasRootCauseMessage("a scenario named twice");
      Files.delete(folder.resolve("BrokenSpec.class"));
      assertThat(SpecGuard.makeEverySpec(good)).containsExactly("GoodSpec");
    }
  }

  private static void compile(Path folder, String name, String constructor) throws IOException {
    Path source = folder.resolve(name + ".java");
    Files.writeString(
        source, "public class %1$s { public %1$s() { %2$s } }".formatted(name, constructor));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", folder.toString(), source.toString());
    assertThat(failed).isZero();
  }
}
