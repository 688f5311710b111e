#if THREAD_SANITIZER
  import Glibc

  /// What `Synchronization.Mutex` is, on a lock that ThreadSanitizer sees: the standard library's is called in code
  /// that is not instrumented, so that each value behind it would be reported.
  struct Mutex<Value>: ~Copyable, @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    init(_ value: consuming sending Value) {
      pthread_mutex_init(lock, nil)
      self.value.initialize(to: value)
    }

    deinit {
      pthread_mutex_destroy(lock)
      value.deinitialize(count: 1)
      lock.deallocate()
      value.deallocate()
    }

    borrowing func withLock<Result, Failure: Error>(
      _ change: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      pthread_mutex_lock(lock)
      defer { pthread_mutex_unlock(lock) }
      return try change(&value.pointee)
    }
  }
#endif
