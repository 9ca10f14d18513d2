package io.xengarden.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The repository's Java sources, generated ones not among them. */
record Sources(Path repository) {
  static Sources ofThisRepository() {
    return new Sources(Path.of("").toAbsolutePath().getParent());
  }

  /** Every Java source below {@code src/main/java}, or another folder, of any module. */
  List<Path> in(String folder) throws IOException {
    List<Path> sources = new ArrayList<>();
    for (Path module : modules()) {
      sources.addAll(files(module.resolve(folder), ".java"));
    }
    return sources;
  }

  private List<Path> modules() throws IOException {
    try (Stream<Path> folders = Files.list(repository)) {
      return folders.sorted().toList();
    }
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  /** Modules with ScalaTest specs that no test of theirs hands to SpecGuard. */
  List<Path> modulesWithUnguardedSpecs() throws IOException {
    List<Path> unguarded = new ArrayList<>();
    for (Path module : modules()) {
      boolean guarded = false;
      for (Path test : files(module.resolve("src/test/java"), ".java")) {
        guarded |= Files.readString(test).contains("SpecGuard.makeEverySpec(");
      }
      if (!guarded && !files(module.resolve("src/test/scala"), "Spec.scala").isEmpty()) {
        unguarded.add(repository.relativize(module));
      }
    }
    return unguarded;
  }

  /** Folders with main sources but without a package-info. */
  List<Path> undocumentedPackages() throws IOException {
    TreeSet<Path> folders = new TreeSet<>();
    in("src/main/java").forEach(source -> folders.add(source.getParent()));
    return folders.stream()
        .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
        .map(repository::relativize)
        .toList();
  }

  /** Sources of more than {@code limit} lines. */
  List<String> longerThan(int limit) throws IOException {
    List<Path> all = new ArrayList<>(in("src/main/java"));
    all.addAll(in("src/test/java"));
    List<String> longer = new ArrayList<>();
    for (Path source : all) {
      int lines = Files.readAllLines(source).size();
      if (lines > limit) {
        longer.add(repository.relativize(source) + ": " + lines + " lines");
      }
    }
    return longer;
  }

  /** Root packages, as {@code io.xengarden.machine}, of the modules that have main sources. */
  List<String> rootPackages() throws IOException {
    TreeSet<String> roots = new TreeSet<>();
    for (Path source : in("src/main/java")) {
      String file = source.toString();
      String[] parts = file.substring(file.indexOf("io/xengarden/")).split("/");
      roots.add("io.xengarden." + parts[2]);
    }
    return List.copyOf(roots);
  }
}
