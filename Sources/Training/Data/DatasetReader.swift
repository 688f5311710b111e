import Foundation
import Imaging
import ModelFiles
import Tensors

extension Dataset {
  /// Reads a folder of class folders, or one with `train`, `val` and `test` folders of class folders.
  ///
  /// Every file is read and decoded once, to find damage and copies. Without given parts, a picture's part follows
  /// from the SHA-256 of its file, so that adding or renaming files moves no other; pictures that nearly equal each
  /// other stay together.
  ///
  /// - Parameters:
  ///   - folder: the folder.
  ///   - shares: how much goes where.
  ///   - threads: threads to decode with.
  ///   - progress: called now and then with files done and their number.
  /// - Throws: `TrainingError.data` for a missing path, no pictures, one class, or too few pictures to split.
  public init(
    folder: String, shares: SplitShares = .usual, threads: Int = 1,
    progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(TrainingError) {
    let layout = try FolderLayout(folder)
    let scanned = Self.scan(layout.pictures, threads: threads, progress: progress)
    name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
    labels = layout.labels
    damaged = scanned.compactMap { $0.damage }
    let good = scanned.filter { $0.damage == nil }
    guard !good.isEmpty else {
      throw .data(path: folder, "none of its \(layout.pictures.count) pictures can be read")
    }
    let clusters = Clusters(hashes: good.map { ($0.perceptual, $0.content) })
    nearDuplicates = clusters.sizes.reduce(0) { $0 + ($1 > 1 ? $1 : 0) }
    var parts: [(picture: ScannedPicture, part: Part)] = []
    for (index, picture) in good.enumerated() {
      let place = Self.place(of: clusters.key(of: index))
      switch picture.found.part {
      case nil: parts.append((picture, Self.part(place, shares)))
      case .training? where !layout.hasValidation:
        // No validation folder: a share of the training pictures plays it.
        let share = shares.validation / (shares.training + shares.validation)
        parts.append((picture, place < share ? .validation : .training))
      case let given?: parts.append((picture, given))
      }
    }
    let held = Set(parts.indices.filter { parts[$0].part != .training }.map { clusters.root(of: $0) })
    for (index, (picture, part)) in parts.enumerated() {
      switch part {
      case .training:
        if held.contains(clusters.root(of: index)) {
          leaks.append(.init(file: picture.found.picture.name, reason: "a copy of it is held out"))
        } else {
          training.append(picture.found.picture)
        }
      case .validation: validation.append(picture.found.picture)
      case .test: test.append(picture.found.picture)
      }
    }
    splitDescription = layout.isSplit
      ? "the folders train, val and test as given" + (layout.hasValidation ? "" : ", validation split off by content")
      : "by SHA-256 of each file, near-copies kept together"
    var hash = SHA256()
    for (picture, part) in parts { Array("\(picture.content) \(picture.found.picture.label) \(part)\n".utf8).withUnsafeBytes { hash.update($0) } }
    fingerprint = hash.finishHex()
    try checkSizes(folder, mustTest: !layout.isSplit)
  }

  enum Part: Hashable {
    case training, validation, test
  }

  private func checkSizes(_ folder: String, mustTest: Bool) throws(TrainingError) {
    for (label, name) in labels.enumerated() {
      let count = training.count { $0.label == label }
      guard count >= 2 else {
        throw .data(
          path: folder, "class '\(name)' has \(count) pictures to train on after the split; give it at least ten")
      }
    }
    guard !validation.isEmpty, !test.isEmpty || !mustTest else {
      throw .data(
        path: folder,
        "\(training.count + validation.count + test.count) pictures are too few for a split: none are left for "
          + (validation.isEmpty ? "validation" : "the test"))
    }
  }

  /// A number in 0 ..< 1 from a content hash. It is hashed again: the smallest of several hashes is no fair draw.
  private static func place(of key: String) -> Double {
    let again = Array(key.utf8).withUnsafeBytes { SHA256.hex($0) }
    return Double(UInt64(again.prefix(13), radix: 16) ?? 0) * 0x1p-52
  }

  private static func part(_ place: Double, _ shares: SplitShares) -> Part {
    if place < shares.training { return .training }
    return place < shares.training + shares.validation ? .validation : .test
  }

  private struct ScannedPicture: Sendable {
    var found: FolderLayout.Found
    var content = ""
    var perceptual = PerceptualHash(Image(width: 1, height: 1, channels: 1, filledWith: 0))
    var damage: Rejected?
  }

  /// Decodes and hashes all files on several threads.
  private static func scan(
    _ pictures: [FolderLayout.Found], threads: Int, progress: @Sendable (Int, Int) -> Void
  ) -> [ScannedPicture] {
    let results = LockedBox([ScannedPicture?](repeating: nil, count: pictures.count))
    let done = LockedBox(0)
    let pool = ThreadPool(threads: threads)
    pool.run(pictures.count, inBlocksOf: 16) { block in
      var own: [ScannedPicture] = []
      for index in block {
        var scanned = ScannedPicture(found: pictures[index])
        let path = pictures[index].picture.name
        do {
          guard let data = FileManager.default.contents(atPath: path) else {
            throw ImageError(file: path, cause: .unreadable("it cannot be read"))
          }
          let bytes = [UInt8](data)
          scanned.content = bytes.withUnsafeBytes { SHA256.hex($0) }
          scanned.perceptual = PerceptualHash(try ImageDecoder.decode(bytes, name: path))
        } catch {
          let reason = (error as? ImageError)?.reason ?? "\(error)"
          scanned.damage = Rejected(file: path, reason: reason)
        }
        own.append(scanned)
      }
      results.update { all in for (index, scanned) in zip(block, own) { all[index] = scanned } }
      done.update { count in
        count += block.count
        progress(count, pictures.count)
      }
    }
    return results.value.compactMap { $0 }
  }
}

/// A value that several threads change in turn.
final class LockedBox<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: Value

  init(_ value: Value) { stored = value }

  var value: Value { lock.withLock { stored } }

  func update<Result>(_ change: (inout Value) -> Result) -> Result { lock.withLock { change(&stored) } }
}
