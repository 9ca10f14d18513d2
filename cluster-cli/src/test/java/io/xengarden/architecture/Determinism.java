package io.xengarden.architecture;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Law 5: time, chance, threads, network and disk are inputs, and nothing depends on the order of a
 * hash table. Whoever needs the real thing is an adapter: a class in a package with {@code adapter}
 * in its name, or a main class, which wires.
 */
final class Determinism {
  /** One thing that code may not do, why, and how its class file shows it. */
  record Ban(String what, Predicate<CodeUnitAccessTarget> access, Predicate<String> dependency) {}

  /** Their classes are never simulated, or are the simulation. */
  private static final List<String> EXEMPT =
      List.of(
          "io.xengarden.cli",
          "io.xengarden.chaos",
          "io.xengarden.benchmarks",
          "io.xengarden.proto",
          "io.xengarden.sim");

  static final List<Ban> BANS =
      List.of(
          calls("the wall clock: inject HostClock or InstantSource", Determinism::isClock),
          calls("chance without a seed: inject RandomGenerator", Determinism::isChance),
          calls("identity hash codes differ from run to run", named("System", "identityHashCode")),
          calls("a hop to the common pool: *Async", Determinism::isAsync),
          calls("a hop to the common pool: Java ask and getWhenTerminated", Determinism::isJavaAsk),
          calls("parallel streams", Determinism::isParallel),
          calls("withLimit reads the wall clock", target -> target.getName().equals("withLimit")),
          calls("newReceiveBuilder is not exhaustive: use a switch", Determinism::isReceiveBuilder),
          calls("sets and maps of hash order: use List, TreeMap or LinkedHashMap", isHashed()),
          uses(
              "hash-ordered collections: use TreeMap, LinkedHashMap or EnumMap",
              "java.util.HashMap",
              "java.util.HashSet",
              "java.util.Hashtable",
              "java.util.IdentityHashMap",
              "java.util.WeakHashMap",
              "java.util.concurrent.ConcurrentHashMap"),
          uses(
              "threads: send a message, or write an adapter",
              "java.lang.Thread",
              "java.util.Timer",
              "java.util.concurrent.Executors",
              "java.util.concurrent.ForkJoinPool",
              "java.util.concurrent.ThreadPoolExecutor",
              "java.util.concurrent.ScheduledThreadPoolExecutor"),
          uses(
              "chance without a seed: inject RandomGenerator",
              "java.security.SecureRandom",
              "java.util.concurrent.ThreadLocalRandom"),
          uses(
              "the network: write an adapter",
              "java.net.Socket",
              "java.net.ServerSocket",
              "java.net.DatagramSocket",
              "java.net.http.HttpClient",
              "java.nio.channels.SocketChannel",
              "java.nio.channels.ServerSocketChannel",
              "java.nio.channels.DatagramChannel"),
          uses(
              "files: write an adapter",
              "java.nio.file.Files",
              "java.nio.channels.FileChannel",
              "java.io.File",
              "java.io.FileInputStream",
              "java.io.FileOutputStream",
              "java.io.FileReader",
              "java.io.FileWriter",
              "java.io.RandomAccessFile"));

  private Determinism() {}

  private static Ban calls(String what, Predicate<CodeUnitAccessTarget> access) {
    return new Ban(what, access, _ -> false);
  }

  private static Ban uses(String what, String... classes) {
    return new Ban(what, _ -> false, List.of(classes)::contains);
  }

  private static String owner(CodeUnitAccessTarget target) {
    return target.getOwner().getName();
  }

  private static Predicate<CodeUnitAccessTarget> named(String owner, String method) {
    return target -> owner(target).equals("java.lang." + owner) && target.getName().equals(method);
  }

  private static boolean isClock(CodeUnitAccessTarget target) {
    String owner = owner(target);
    String name = target.getName();
    return owner.equals("java.lang.System")
            && (name.equals("currentTimeMillis") || name.equals("nanoTime"))
        || owner.startsWith("java.time.") && name.equals("now") && parameters(target) == 0
        || owner.equals("java.time.Clock") && (name.startsWith("system") || name.startsWith("tick"))
        || owner.equals("java.time.InstantSource") && name.equals("system")
        || owner.equals("java.util.Date") && isConstructor(target) && parameters(target) == 0;
  }

  private static boolean isChance(CodeUnitAccessTarget target) {
    String owner = owner(target);
    String name = target.getName();
    return (owner.equals("java.lang.Math") || owner.equals("java.lang.StrictMath"))
            && name.equals("random")
        || owner.equals("java.util.UUID") && name.equals("randomUUID")
        || (owner.equals("java.util.Random") || owner.equals("java.util.SplittableRandom"))
            && isConstructor(target)
            && parameters(target) == 0
        || owner.equals("java.util.random.RandomGenerator")
            && (name.equals("getDefault") || name.equals("of"))
        || owner.equals("java.util.Collections")
            && name.equals("shuffle")
            && parameters(target) == 1;
  }

  private static boolean isAsync(CodeUnitAccessTarget target) {
    String owner = owner(target);
    return target.getName().endsWith("Async")
        && (owner.equals("java.util.concurrent.CompletableFuture")
            || owner.equals("java.util.concurrent.CompletionStage"));
  }

  private static boolean isJavaAsk(CodeUnitAccessTarget target) {
    String owner = owner(target);
    String name = target.getName();
    return owner.equals("akka.actor.typed.javadsl.AskPattern")
        || owner.equals("akka.actor.typed.javadsl.ActorContext")
            && (name.equals("ask") || name.equals("askWithStatus"))
        || owner.startsWith("akka.actor.") && name.equals("getWhenTerminated");
  }

  private static boolean isParallel(CodeUnitAccessTarget target) {
    return owner(target).startsWith("java.util.")
        && (target.getName().equals("parallelStream") || target.getName().equals("parallel"));
  }

  private static boolean isReceiveBuilder(CodeUnitAccessTarget target) {
    return target.getName().equals("newReceiveBuilder");
  }

  /** Set.of and Map.of from two elements on are in an order salted per JVM; so are copies. */
  private static Predicate<CodeUnitAccessTarget> isHashed() {
    return target ->
        switch (owner(target)) {
          case "java.util.Set" ->
              target.getName().equals("copyOf")
                  || target.getName().equals("of") && !hasAtMost(target, 1);
          case "java.util.Map" ->
              target.getName().equals("copyOf")
                  || target.getName().equals("ofEntries")
                  || target.getName().equals("of") && !hasAtMost(target, 2);
          case "java.util.stream.Collectors" -> isHashedCollector(target);
          default -> false;
        };
  }

  private static boolean isHashedCollector(CodeUnitAccessTarget target) {
    return switch (target.getName()) {
      case "toSet", "toUnmodifiableSet", "toUnmodifiableMap" -> true;
      case "toMap", "groupingBy" -> parameters(target) < (isToMap(target) ? 4 : 3);
      case "groupingByConcurrent", "toConcurrentMap" -> true;
      default -> false;
    };
  }

  private static boolean isToMap(CodeUnitAccessTarget target) {
    return target.getName().equals("toMap");
  }

  private static boolean hasAtMost(CodeUnitAccessTarget target, int count) {
    return parameters(target) <= count
        && target.getRawParameterTypes().stream().noneMatch(JavaClass::isArray);
  }

  private static int parameters(CodeUnitAccessTarget target) {
    return target.getRawParameterTypes().size();
  }

  private static boolean isConstructor(CodeUnitAccessTarget target) {
    return target.getName().equals("<init>");
  }

  /** What classes outside adapters do that they may not. */
  static List<String> violations(JavaClasses classes) {
    List<String> violations = new ArrayList<>();
    for (JavaClass type : classes) {
      if (!isExempt(type)) {
        for (Ban ban : BANS) {
          violations.addAll(violations(type, ban));
        }
      }
    }
    return violations.stream().distinct().sorted().toList();
  }

  static List<String> violations(JavaClass type, Ban ban) {
    List<String> violations = new ArrayList<>();
    for (JavaCodeUnitAccess<?> access : type.getCodeUnitAccessesFromSelf()) {
      if (ban.access().test(access.getTarget())) {
        violations.add(
            "%s.%s (%s:%d): %s"
                .formatted(
                    type.getName(),
                    access.getOrigin().getName(),
                    type.getSimpleName(),
                    access.getLineNumber(),
                    ban.what()));
      }
    }
    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
      String target = dependency.getTargetClass().getBaseComponentType().getName();
      if (ban.dependency().test(target)) {
        violations.add("%s uses %s: %s".formatted(type.getName(), target, ban.what()));
      }
    }
    return violations;
  }

  private static boolean isExempt(JavaClass type) {
    String name = type.getPackageName();
    return (name + ".").contains(".adapter.")
        || EXEMPT.stream().anyMatch(exempt -> (name + ".").startsWith(exempt + "."))
        || isMainClass(outermost(type));
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(Determinism::outermost).orElse(type);
  }

  private static boolean isMainClass(JavaClass type) {
    return type.tryGetMethod("main", String[].class).isPresent();
  }
}
