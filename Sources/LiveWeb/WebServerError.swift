import Glibc

/// Why the page cannot be served.
public enum WebServerError: Error, CustomStringConvertible {
  /// The address to listen on is no numbers.
  case address(String)
  /// The system refuses to listen; its error number.
  case system(Int32)
  /// A file for TLS cannot be used, and why.
  case certificate(file: String, reason: String)
  /// There is no memory, or no thread.
  case memory

  /// In the system's words where they are its own.
  public var description: String {
    switch self {
    case .address: "an address is numbers, as in 0.0.0.0 or ::1"
    case .system(let code): String(cString: strerror(code))
    case .certificate(let file, let reason): "\(file): \(reason)"
    case .memory: "the system gives no memory or no thread"
    }
  }
}
