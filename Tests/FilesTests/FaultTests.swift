import CSystem
import Files
import Foundation
import TestSupport
import Testing

/// Each call of the system that the file layer makes fails once, in each way: nothing is lost, nothing is left over,
/// and the error is told.
@Suite struct FaultTests {
  private static let errors: [CInt] = [ENOSPC, EIO, ENOMEM, EDQUOT, EROFS, EACCES, EPERM, ENOENT, EINVAL, ENOTSUP]

  /// Does work again and again, with the first, the second ... call failing, until all went by.
  ///
  /// - Parameters:
  ///   - prepare: makes things as they were.
  ///   - check: gets the error, or nil where the work succeeded.
  /// - Returns: how many calls the work makes.
  @discardableResult
  private func failing(
    with error: CInt, prepare: () throws -> Void, _ work: () throws -> Void,
    check: (_ thrown: FileError?, _ number: CInt) throws -> Void
  ) throws -> CInt {
    for number in CInt(1)...200 {
      try prepare()
      sys_fail_call(number, error)
      defer { sys_fail_call(0, 0) }
      var thrown: FileError?
      do { try work() } catch let error as FileError { thrown = error }
      let made = sys_calls_made()
      sys_fail_call(0, 0)
      try check(thrown, number)
      if made < number { return made }
    }
    Issue.record("the work never ends")
    return 0
  }

  private func contents(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }

  /// The old file as it was, or the new one whole. Only the last call, which syncs the folder, comes too late to undo.
  /// - Parameter named: whether the file system knows no files without names.
  @Test(arguments: errors, [(true, false), (false, false), (true, true), (false, true)])
  func aFailedWriteLosesNothing(error: CInt, way: (exists: Bool, named: Bool)) throws {
    let exists = way.exists
    sys_name_from_start(way.named ? 1 : 0)
    defer { sys_name_from_start(0) }
    let folder = try TemporaryFolder(), path = folder.path("t")
    let old = [UInt8](repeating: 1, count: 5_000), new = [UInt8](repeating: 2, count: 9_000)
    var failures = 0
    let calls = try failing(
      with: error,
      prepare: {
        unlink(path)
        if exists { try folder.write(old, as: "t") }
      }, { try AtomicFile.write(new, to: path) }
    ) { thrown, number in
      let now = contents(path)
      if let thrown {
        failures += 1
        #expect(thrown.path == path)
        let isWhole = now == new || now == (exists ? old : nil)
        #expect(isWhole, "call \(number) with \(error)")
      } else {
        #expect(now == new, "call \(number) with \(error)")
      }
      let names = try folder.names()
      #expect(names.allSatisfy { $0 == "t" }, "call \(number) with \(error): \(names)")
    }
    #expect(calls > 8)
    // Disks that are full or broken are never passed over.
    if [ENOSPC, EIO, EDQUOT].contains(error) { #expect(failures == Int(calls)) }
  }

  /// Interrupted and short writes go on.
  @Test(arguments: [EINTR, SYS_SHORT_WRITE]) func whatIsInterruptedGoesOn(error: CInt) throws {
    let folder = try TemporaryFolder(), path = folder.path("t"), new = [UInt8](repeating: 2, count: 9_000)
    let written = try failing(with: error, prepare: {}, { try AtomicFile.write(new, to: path) }) { thrown, number in
      if thrown == nil { #expect(contents(path) == new) }
      // Calls that no signal interrupts may report one all the same.
      let names = try folder.names()
      #expect(names.allSatisfy { $0 == "t" })
    }
    #expect(written > 8)
    for number in 1...20 {
      let pipe = open("/dev/null", O_WRONLY)
      defer { close(pipe) }
      sys_fail_call(CInt(number), error)
      #expect(sys_write_all(pipe, new, new.count) == 0)
      sys_fail_call(0, 0)
    }
  }

  @Test(arguments: errors) func checksLeaveNothing(error: CInt) throws {
    let folder = try TemporaryFolder(), path = folder.path("t"), old: [UInt8] = [1, 2, 3]
    try failing(with: error, prepare: { try folder.write(old, as: "t") }, { try AtomicFile.checkWritable(path) }) {
      _, number in
      let names = try folder.names()
      #expect(contents(path) == old && names == ["t"], "call \(number) with \(error)")
    }
  }

  @Test(arguments: errors) func aFailedMapIsAnError(error: CInt) throws {
    let folder = try TemporaryFolder(), path = try folder.write([7, 8, 9], as: "t")
    var bytes: [UInt8]?
    let calls = try failing(
      with: error, prepare: { bytes = nil }, { bytes = try MappedFile(path: path).copy() }
    ) { thrown, number in
      #expect((thrown == nil) == (bytes == [7, 8, 9]), "call \(number) with \(error)")
    }
    #expect(calls == 3)
  }

  /// A folder is there with all its files, or not at all.
  @Test(arguments: errors, [true, false]) func aFailedDraftLeavesNothing(error: CInt, exists: Bool) throws {
    let folder = try TemporaryFolder(), path = folder.path("faces")
    let calls = try failing(
      with: error,
      prepare: {
        try? FileManager.default.removeItem(atPath: path)
        if exists { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
      },
      {
        let draft = try DraftFolder(for: path)
        try draft.makeFolder("happy")
        for name in ["happy/1", "happy/2"] { try draft.write([1, 2, 3], as: name) }
        try draft.finish()
      }
    ) { thrown, number in
      let inside = FileManager.default.subpaths(atPath: path)?.sorted() ?? []
      if thrown == nil { #expect(inside == ["happy", "happy/1", "happy/2"], "call \(number) with \(error)") }
      #expect(inside.isEmpty || inside.count == 3, "call \(number) with \(error): \(inside)")
      let names = try folder.names()
      #expect(names.allSatisfy { $0 == "faces" }, "call \(number) with \(error): \(names)")
    }
    #expect(calls > 12)
  }
}
