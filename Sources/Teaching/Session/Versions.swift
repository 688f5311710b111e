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

  /// Adds a model; its number.
  ///
  /// - Throws: `FileError` where it cannot be kept.
  package func add(_ model: QuantizedModel, words: String) throws -> Int {
    let number = (all.map(\.number).max() ?? 0) + 1
    if let folder {
      try FileSystem.makeFolder(folder)
      try model.write(to: Self.file(folder, number))
    }
    state.withLock { $0.versions.append(Version(number: number, model: model, words: words)) }
    return number
  }

  /// Uses a version from now on.
  ///
  /// - Throws: `TeachingError` where there is none of this number or it cannot be used here.
  func use(_ number: Int) throws {
    guard let version = all.first(where: { $0.number == number }) else {
      throw TeachingError("There is no version \(number).")
    }
    if let refusal = use(version.model) { throw TeachingError(refusal) }
    if let folder {
      try FileSystem.makeFolder(folder)
      try AtomicFile.write("\(number)\n", to: folder + "/in-use")
    }
    state.withLock { $0.used = number }
  }

  /// Uses the first and deletes the others.
  func wipe() throws {
    if used != 0 { try use(0) }
    if let folder {
      for version in all where version.number > 0 { try? FileSystem.remove(Self.file(folder, version.number)) }
      try? FileSystem.remove(folder + "/in-use")
    }
    state.withLock { $0.versions.removeAll { $0.number > 0 } }
  }

  private static func file(_ folder: String, _ number: Int) -> String { "\(folder)/\(number).int8.safetensors" }
}
