package io.xengarden.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A host's RAM, addressed by machine frame number (mfn, 4 KiB). One anonymous mapping: a frame
 * costs nothing until it is first touched, reads as zero then, and {@link #release} gives it back.
 *
 * <p>Closing it makes every later access through any view fail with IllegalStateException; nothing
 * reads freed memory.
 */
public final class HostMemory implements AutoCloseable {
  /** The largest RAM a host may be given: 16 TiB. */
  public static final long MAX_FRAMES = 1L << 32;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment ram;
  private final long frameCount;

  @SuppressWarnings("restricted")
  private HostMemory(long frameCount) {
    this.frameCount = frameCount;
    long bytes = frameCount << Memory.PAGE_SHIFT;
    this.ram = Libc.map(bytes).reinterpret(bytes, arena, Libc::unmap);
  }

  /** RAM of {@code frameCount} frames, none of them touched. */
  public static HostMemory ofFrames(long frameCount) {
    if (frameCount <= 0 || frameCount > MAX_FRAMES) {
      throw new IllegalArgumentException("frames " + frameCount + " not in 1.." + MAX_FRAMES);
    }
    return new HostMemory(frameCount);
  }

  public long frameCount() {
    return frameCount;
  }

  /** Gives frames back to the machine below; they read as zero from now on. */
  public void release(long mfn, long count) {
    if (mfn < 0 || count < 0 || mfn > frameCount - count) {
      throw new IllegalArgumentException("frames " + mfn + "+" + count);
    }
    if (count > 0) {
      Libc.discard(ram.asSlice(mfn << Memory.PAGE_SHIFT, count << Memory.PAGE_SHIFT));
    }
  }

  MemorySegment ram() {
    return ram;
  }

  @Override
  public void close() {
    arena.close();
  }

  /** The three calls of libc that the JDK does not offer: mmap, madvise, munmap (Linux). */
  private static final class Libc {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_NOHUGEPAGE = 15;
    private static final MethodHandle MMAP =
        find(
            "mmap",
            FunctionDescriptor.of(
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG));
    private static final MethodHandle MUNMAP =
        find(
            "munmap",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle MADVISE =
        find(
            "madvise",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));

    private Libc() {}

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, FunctionDescriptor descriptor) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    static MemorySegment map(long bytes) {
      try {
        MemorySegment at =
            (MemorySegment)
                MMAP.invokeExact(
                    MemorySegment.NULL,
                    bytes,
                    PROT_READ_WRITE,
                    MAP_PRIVATE_ANONYMOUS_NORESERVE,
                    -1,
                    0L);
        if (at.address() == -1L) {
          throw new OutOfMemoryError("no address space for " + bytes + " bytes of host memory");
        }
        // A huge page would make one touched frame cost 2 MiB.
        advise(at, bytes, MADV_NOHUGEPAGE);
        return at;
      } catch (Throwable t) {
        throw rethrow(t);
      }
    }

    static void unmap(MemorySegment segment) {
      try {
        int failed = (int) MUNMAP.invokeExact(segment, segment.byteSize());
        if (failed != 0) {
          throw new IllegalStateException("munmap failed");
        }
      } catch (Throwable t) {
        throw rethrow(t);
      }
    }

    static void discard(MemorySegment segment) {
      if (advise(segment, segment.byteSize(), MADV_DONTNEED) != 0) {
        throw new IllegalStateException("madvise failed");
      }
    }

    private static int advise(MemorySegment at, long bytes, int advice) {
      try {
        return (int) MADVISE.invokeExact(at, bytes, advice);
      } catch (Throwable t) {
        throw rethrow(t);
      }
    }

    private static RuntimeException rethrow(Throwable t) {
      return switch (t) {
        case Error e -> throw e;
        case RuntimeException e -> e;
        default -> new IllegalStateException(t);
      };
    }
  }
}
