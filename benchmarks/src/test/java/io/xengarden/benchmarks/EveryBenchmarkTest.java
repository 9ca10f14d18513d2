package io.xengarden.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** No speed is asserted: only that each benchmark still does what it measures. */
class EveryBenchmarkTest {
  private static final String LIST = "/META-INF/BenchmarkList";
  private static final int TIMES = 3;

  /** The classes that JMH would run, as its annotation processor has listed them. */
  private static List<Class<?>> benchmarks() throws IOException, ClassNotFoundException {
    TreeSet<String> names = new TreeSet<>();
    try (BufferedReader list =
        new BufferedReader(
            new InputStreamReader(
                EveryBenchmarkTest.class.getResourceAsStream(LIST), StandardCharsets.UTF_8))) {
      list.lines()
          .flatMap(line -> Arrays.stream(line.split(" ")))
          .filter(word -> word.matches("io\\.xengarden\\.benchmarks\\.[A-Z][A-Za-z]*Benchmark"))
          .forEach(names::add);
    }
    List<Class<?>> classes = new ArrayList<>();
    for (String name : names) {
      classes.add(Class.forName(name));
    }
    return classes;
  }

  @Test
  void noneIsForgotten() throws Exception {
    assertThat(benchmarks())
        .containsExactly(
            EventBenchmark.class,
            GrantBenchmark.class,
            RingBenchmark.class,
            SchedulerBenchmark.class,
            StoreBenchmark.class);
  }

  @TestFactory
  List<DynamicTest> everyBenchmarkRuns() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Class<?> type : benchmarks()) {
      for (Method method : with(Benchmark.class, type)) {
        tests.add(
            DynamicTest.dynamicTest(
                type.getSimpleName() + "." + method.getName(), () -> run(type, method)));
      }
    }
    return tests;
  }

  private static void run(Class<?> type, Method benchmark) throws Exception {
    Object state = type.getDeclaredConstructor().newInstance();
    for (Method setup : with(Setup.class, type)) {
      setup.invoke(state);
    }
    try {
      for (int i = 0; i < TIMES; i++) {
        benchmark.invoke(state);
      }
    } finally {
      for (Method tearDown : with(TearDown.class, type)) {
        tearDown.invoke(state);
      }
    }
  }

  private static List<Method> with(Class<? extends Annotation> annotation, Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(annotation))
        .toList();
  }
}
