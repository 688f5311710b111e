import CThreads

/// Runs independent tasks on all threads of a fork-join pool; the caller works too.
package final class ThreadPool {
  private let pool: OpaquePointer
  package let threads: Int

  package init(threads: Int) {
    guard let pool = ct_pool_create(Int32(threads)) else { fatalError("the system gives no \(threads) threads") }
    self.pool = pool
    self.threads = threads
  }

  deinit { ct_pool_destroy(pool) }

  /// Runs `task(0)` ... `task(count - 1)`, each once, in any order. Each must write places of its own.
  package func run(_ count: Int, _ task: (Int) -> Void) {
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
