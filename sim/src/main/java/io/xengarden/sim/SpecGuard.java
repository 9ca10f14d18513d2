package io.xengarden.sim;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A ScalaTest spec whose constructor throws is dropped by the JUnit runner without a word. So each
 * module with specs has one test that makes every one of them: {@code
 * SpecGuard.makeEverySpec(SomeSpec.class)}.
 */
public final class SpecGuard {
  private SpecGuard() {}

  /**
   * Makes an instance of every class named {@code *Spec} that was compiled to the same folder.
   *
   * @return their names, sorted
   * @throws AssertionError naming the first whose constructor throws
   */
  public static List<String> makeEverySpec(Class<?> anySpec) throws IOException {
    Path folder = folderOf(anySpec);
    List<String> names = specsIn(folder);
    if (!names.contains(anySpec.getName())) {
      throw new AssertionError(anySpec.getName() + " is not among the specs of " + folder);
    }
    List<String> made = new ArrayList<>();
    for (String name : names) {
      if (make(name, anySpec.getClassLoader())) {
        made.add(name);
      }
    }
    return made;
  }

  private static Path folderOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static List<String> specsIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .map(file -> folder.relativize(file).toString())
          .filter(file -> file.endsWith("Spec.class") && !file.contains("$"))
          .map(file -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
          .sorted()
          .toList();
    }
  }

  /** Whether {@code name} is a class that can be made, as opposed to a trait or an abstract one. */
  private static boolean make(String name, ClassLoader loader) {
    try {
      Class<?> type = Class.forName(name, true, loader);
      if (Modifier.isAbstract(type.getModifiers())) {
        return false;
      }
      type.getDeclaredConstructor().newInstance();
      return true;
    } catch (ReflectiveOperationException | LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new AssertionError(name + " cannot be made, its scenarios would be dropped", cause);
    }
  }
}
