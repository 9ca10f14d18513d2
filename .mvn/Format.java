import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Checks or fixes the format of every Java source of the repository: google-java-format, run by the
 * root module's build and by ./format. Arguments: {@code check} or {@code fix}, and the repository.
 * Files that were checked before and have not changed since are skipped.
 */
final class Format {
  private final Path root;
  private final Path stamp;

  private Format(Path root) {
    this.root = root;
    this.stamp = root.resolve("target").resolve("format.checked");
  }

  public static void main(String[] arguments) throws Exception {
    Format format = new Format(Path.of(arguments[1]).toAbsolutePath().normalize());
    System.exit(
        switch (arguments[0]) {
          case "check" -> format.check();
          case "fix" -> format.fix();
          default -> throw new IllegalArgumentException("check or fix, not " + arguments[0]);
        });
  }

  private int check() throws Exception {
    List<Path> changed = changed();
    StringWriter unformatted = new StringWriter();
    int exit = run(unformatted, changed, "--dry-run", "--set-exit-if-changed");
    if (exit != 0) {
      System.err.println(unformatted.toString().replace(root + "/", "  "));
      System.err.println("These files are not formatted. This formats them: ./format");
      return exit;
    }
    remember();
    return 0;
  }

  private int fix() throws Exception {
    int exit = run(new StringWriter(), changed(), "--replace");
    if (exit == 0) {
      remember();
    }
    return exit;
  }

  private int run(StringWriter output, List<Path> files, String... options) throws Exception {
    if (files.isEmpty()) {
      return 0;
    }
    List<String> arguments = new ArrayList<>(Arrays.asList(options));
    files.forEach(file -> arguments.add(file.toString()));
    StringWriter errors = new StringWriter();
    Main main = new Main(new PrintWriter(output), new PrintWriter(errors), System.in);
    int exit = main.format(arguments.toArray(String[]::new));
    System.err.print(errors);
    return exit;
  }

  private List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>(List.of(root.resolve(".mvn").resolve("Format.java")));
    try (Stream<Path> modules = Files.list(root)) {
      for (Path src : modules.map(module -> module.resolve("src")).sorted().toList()) {
        if (Files.isDirectory(src)) {
          try (Stream<Path> files = Files.walk(src)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }

  private List<Path> changed() throws IOException {
    List<String> checked = Files.exists(stamp) ? Files.readAllLines(stamp) : List.of();
    Set<String> known = new HashSet<>(checked);
    List<Path> changed = new ArrayList<>();
    for (Path source : sources()) {
      if (!known.contains(line(source))) {
        changed.add(source);
      }
    }
    return changed;
  }

  private void remember() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path source : sources()) {
      lines.add(line(source));
    }
    Files.createDirectories(stamp.getParent());
    Files.write(stamp, lines);
  }

  private String line(Path source) throws IOException {
    return Files.getLastModifiedTime(source).toMillis()
        + " "
        + Files.size(source)
        + " "
        + root.relativize(source);
  }
}
