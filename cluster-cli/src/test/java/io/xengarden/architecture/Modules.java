package io.xengarden.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which module may know which, and which libraries: DESIGN.md, "The modules". */
record Modules(List<Module> table) {
  private static final List<String> ACTORS =
      List.of("akka", "com.typesafe.config", "scala", "org.slf4j");
  private static final List<String> WIRE = List.of("io.grpc", "com.google");

  /** A module by its root package, with the root packages and libraries that it may know. */
  record Module(String root, List<String> knows, List<String> libraries) {
    boolean holds(String packageName) {
      return isIn(packageName, root);
    }

    boolean mayKnow(String packageName) {
      return holds(packageName)
          || isIn(packageName, "java")
          || isIn(packageName, "javax")
          || Stream.concat(knows.stream(), libraries.stream())
              .anyMatch(known -> isIn(packageName, known));
    }
  }

  /** The one table. A line that changes here changes in DESIGN.md. */
  static final Modules XENGARDEN =
      new Modules(
          List.of(
              module("proto", of(), WIRE),
              module("machine", of(), of()),
              module("abi", of("machine"), of()),
              module("sim", of(), ACTORS),
              module("xenstore", of("machine", "abi"), ACTORS),
              module("hypervisor", of("machine", "abi"), ACTORS),
              module("domain", of("machine", "abi", "hypervisor"), ACTORS),
              module("storage", of("machine", "abi", "xenstore", "hypervisor"), ACTORS),
              module("network", of("machine", "abi", "xenstore", "hypervisor"), ACTORS),
              module("libvirt", of("proto"), both(WIRE, of("org.slf4j"))),
              module(
                  "node",
                  of(
                      "proto",
                      "machine",
                      "abi",
                      "xenstore",
                      "hypervisor",
                      "domain",
                      "storage",
                      "network"),
                  both(both(ACTORS, WIRE), of("ch.qos.logback", "com.github.luben"))),
              module(
                  "chaos",
                  of(
                      "proto",
                      "machine",
                      "abi",
                      "sim",
                      "xenstore",
                      "hypervisor",
                      "domain",
                      "storage",
                      "network",
                      "node"),
                  both(both(ACTORS, WIRE), of("org.junit"))),
              module(
                  "cli",
                  of("proto", "chaos"),
                  both(WIRE, of("picocli", "org.jline", "org.slf4j", "ch.qos.logback")))));

  private static Module module(String name, List<String> knows, List<String> libraries) {
    return new Module(
        "io.xengarden." + name,
        knows.stream().map(known -> "io.xengarden." + known).toList(),
        libraries);
  }

  private static List<String> of(String... names) {
    return List.of(names);
  }

  private static List<String> both(List<String> some, List<String> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  private static boolean isIn(String packageName, String root) {
    return packageName.equals(root) || packageName.startsWith(root + ".");
  }

  /** Every dependency that the table does not allow, and every class that no line of it holds. */
  List<String> violations(JavaClasses classes) {
    List<String> violations = new ArrayList<>();
    for (JavaClass type : classes) {
      table.stream()
          .filter(module -> module.holds(type.getPackageName()))
          .findFirst()
          .ifPresentOrElse(
              module -> addViolations(module, type, violations),
              () -> violations.add(type.getName() + " is in no module of the table"));
    }
    return violations.stream().distinct().sorted().toList();
  }

  private static void addViolations(Module module, JavaClass type, List<String> violations) {
    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
      JavaClass target = dependency.getTargetClass().getBaseComponentType();
      if (!target.isPrimitive() && !module.mayKnow(target.getPackageName())) {
        violations.add(type.getName() + " knows " + target.getName());
      }
    }
  }
}
