import CThreads

/// Runs independent tasks on all threads of a fork-join pool; the caller works too, alone where the system gives no
/// other thread.
package final class ThreadPool {
  /// Nil where the system gives not even the memory of a pool.
  private let pool: OpaquePointer?

  package init(threads: Int) { pool = ct_pool_create(Int32(clamping: threads)) }

  deinit { ct_pool_destroy(pool) }

  /// Runs `task(0)` ... `task(count - 1)`, each once, in any order. Each must write places of its own.
  package func run(_ count: Int, _ task: (Int) -> Void) {
    guard let pool else { return (0..<count).forEach(task) }
    withoutActuallyEscaping(task) { task in
      var box = Task(body: task)
      withUnsafeMutablePointer(to: &box) { box in
        ct_pool_run(
          pool,
          { context, index in context!.assumingMemoryBound(to: Task.self).pointee.body(index) },
          box, count)
      }
    }
  }

  /// Runs `task` over `0 ..< count` in blocks of `block` items.
  package func run(_ count: Int, inBlocksOf block: Int, _ task: (Range<Int>) -> Void) {
    run((count + block - 1) / block) { index in
      task(index * block..<min(count, (index + 1) * block))
    }
  }

  private struct Task {
    let body: (Int) -> Void
  }
}
