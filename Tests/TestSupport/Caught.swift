/// The error of a type that a piece of work throws, or nil where it throws none or another.
///
/// What `#expect(throws:)` gives back only from Swift 6.1 on.
public func caught<Failure: Error>(_ type: Failure.Type, _ work: () throws -> Any) -> Failure? {
  do {
    _ = try work()
    return nil
  } catch {
    return error as? Failure
  }
}
