package io.xengarden.cli.toolstack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** An adapter: the same question to many hosts at once. */
public final class Everywhere {
  private Everywhere() {}

  /** What is asked of one host. */
  @FunctionalInterface
  public interface Question<T> {
    T ask(HostConnection host) throws ToolstackFailure;
  }

  /** One host's answer, or why there is none. */
  public record Answer<T>(String host, Optional<T> value, Optional<ToolstackFailure> failure) {}

  /** Returns when every host has answered or failed, in the hosts' order. */
  public static <T> List<Answer<T>> ask(List<HostConnection> hosts, Question<T> question) {
    return begin(hosts, question).stream().map(CompletableFuture::join).toList();
  }

  /** The answer that comes first; without any, the failures in the hosts' order. */
  public static <T> List<Answer<T>> askFirst(List<HostConnection> hosts, Question<T> question) {
    CompletableFuture<Answer<T>> first = new CompletableFuture<>();
    List<CompletableFuture<Answer<T>>> answers = begin(hosts, question);
    AtomicInteger left = new AtomicInteger(answers.size());
    for (CompletableFuture<Answer<T>> answer : answers) {
      answer.thenAccept(
          one -> {
            if (one.value().isPresent() || left.decrementAndGet() == 0) {
              first.complete(one);
            }
          });
    }
    if (answers.isEmpty() || first.join().value().isPresent()) {
      return answers.isEmpty() ? List.of() : List.of(first.join());
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private static <T> List<CompletableFuture<Answer<T>>> begin(
      List<HostConnection> hosts, Question<T> question) {
    List<CompletableFuture<Answer<T>>> answers = new ArrayList<>();
    for (HostConnection host : hosts) {
      CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
      answers.add(answer);
      Thread.ofVirtual().start(() -> answer.complete(answer(host, question)));
    }
    return answers;
  }

  private static <T> Answer<T> answer(HostConnection host, Question<T> question) {
    try {
      return new Answer<>(host.host(), Optional.of(question.ask(host)), Optional.empty());
    } catch (ToolstackFailure e) {
      return new Answer<>(host.host(), Optional.empty(), Optional.of(e));
    }
  }
}
