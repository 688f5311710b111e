import Files
import ModelFiles
import Models
import Threads

/// The models that came of teaching, of which one is in use: 0 is the one that it began with.
///
/// In a folder, each is a model file `N.int8.safetensors`, and the file `in-use` holds the number of the one in use.
/// Both are written whole or not at all, the model first, so that power may fail at any time.
package final class Versions: Sendable {
  package struct Version: Sendable {
    package let number: Int
    let model: QuantizedModel
    let words: String
    /// Why it is in memory alone, where it should be in the folder.
    package internal(set) var problem: String?
  }

  private struct State {
    var versions: [Version]
    var used = 0
  }

  private let state: Locked<State>
  private let folder: String?
  private let use: TeachingSession.Use

  init(_ first: QuantizedModel, folder: String?, use: @escaping TeachingSession.Use) throws {
    self.folder = folder
    self.use = use
    var state = State(versions: [Version(number: 0, model: first, words: "the model that it began with")])
    if let folder {
      if FileSystem.isFolder(folder) { KeptFolder.sweep(folder) }
      var number = 1
      while FileSystem.exists(Self.file(folder, number)) {
        if case .int8(let model)? = try? ModelFile.load(Self.file(folder, number)) {
          state.versions.append(
            Version(number: number, model: model, words: model.description.card["taught"] ?? "taught before"))
        }
        number += 1
      }
      if let file = try? MappedFile(path: folder + "/in-use"),
        let number = Int(String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").first ?? ""),
        state.versions.contains(where: { $0.number == number })
      {
        state.used = number
      }
    }
    self.state = Locked(state)
  }

  package var all: [Version] { state.withLock { $0.versions } }
  /// The number of the one in use.
  package var used: Int { state.withLock { $0.used } }
  package var inUse: QuantizedModel {
    state.withLock { state in state.versions.last { $0.number == state.used }!.model }
  }

  /// A version's model.
  func model(_ number: Int) -> QuantizedModel? { all.last { $0.number == number }?.model }

  /// Adds a model. One that cannot be kept is there until the program ends.
  package func add(_ model: QuantizedModel, words: String) -> Version {
    var version = Version(number: (all.map(\.number).max() ?? 0) + 1, model: model, words: words)
    do { try keep(version) } catch { version.problem = "\(error)" }
    state.withLock { $0.versions.append(version) }
    return version
  }

  private func keep(_ version: Version) throws {
    guard let folder else { return }
    try FileSystem.makeFolder(folder)
    try version.model.write(to: Self.file(folder, version.number))
  }

  /// Forgets one that is not in use.
  func forget(_ number: Int) {
    if let folder { try? FileSystem.remove(Self.file(folder, number)) }
    state.withLock { $0.versions.removeAll { $0.number == number } }
  }

  /// Uses a version from now on.
  ///
  /// - Throws: `TeachingError` where there is none of this number or it cannot be used here; `FileError` where it is in
  ///   use, and a restart will not know that.
  func use(_ number: Int) throws {
    guard let version = all.first(where: { $0.number == number }) else {
      throw TeachingError("There is no version \(number).")
    }
    if let refusal = use(version.model) { throw TeachingError(refusal) }
    state.withLock { $0.used = number }
    guard let folder else { return }
    if version.problem != nil {
      // There may be room now.
      try keep(version)
      state.withLock { state in
        for index in state.versions.indices where state.versions[index].number == number {
          state.versions[index].problem = nil
        }
      }
    }
    try FileSystem.makeFolder(folder)
    try AtomicFile.write("\(number)\n", to: folder + "/in-use")
  }

  /// Uses the first and deletes the others.
  func wipe() throws {
    if used != 0 {
      if let refusal = use(all[0].model) { throw TeachingError(refusal) }
      state.withLock { $0.used = 0 }
    }
    if let folder {
      // The number first: a model that is gone is not in use.
      let files = [folder + "/in-use"] + all.filter { $0.number > 0 }.map { Self.file(folder, $0.number) }
      for file in files where FileSystem.exists(file) { try FileSystem.remove(file) }
    }
    state.withLock { $0.versions.removeAll { $0.number > 0 } }
  }

  private static func file(_ folder: String, _ number: Int) -> String { "\(folder)/\(number).int8.safetensors" }
}
