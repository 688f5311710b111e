import Faces
import Files
import Foundation
import Imaging
import Threads

extension Dataset {
  /// Reads a folder of class folders: `init(folders:faces:shares:labels:threads:progress:)` of one.
  public init(
    folder: String, shares: SplitShares = .default, threads: Int = 1,
    progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(DatasetError) {
    try self.init(folders: [folder], shares: shares, threads: threads, progress: progress)
  }

  /// Reads folders of class folders, or such with `train`, `val` and `test` folders of class folders. The first has all
  /// classes; others may lack some.
  ///
  /// Every file is read and decoded once, to find damage and copies, over all folders together. Without given parts, a
  /// picture's part follows from the SHA-256 of its file, so that adding or renaming files moves no other; pictures
  /// that nearly equal each other stay together. Files of the same bytes under two labels are left out.
  ///
  /// - Parameters:
  ///   - folders: the folders.
  ///   - faces: where faces stand in whole photos.
  ///   - shares: how much goes where.
  ///   - labels: the classes, of which then every folder may lack some; nil takes the first folder's.
  ///   - threads: threads to decode with.
  ///   - progress: called now and then with files done and their number.
  /// - Throws: `DatasetError` for a missing path, no pictures, one class, classes that differ between folders, a
  ///   table that cannot be understood, or too few pictures to split.
  public init(
    folders: [String], faces: FaceSource = FaceSource(), shares: SplitShares = .default,
    labels: [String]? = nil, threads: Int = 1,
    progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(DatasetError) {
    let layouts = try FolderLayout.all(folders, labels: labels)
    let place = folders.joined(separator: ", ")
    name = layouts.map(\.name).joined(separator: " + ")
    origins = layouts.map(\.name)
    self.labels = layouts[0].labels
    originClasses = layouts.map(\.classes)
    var found = layouts.flatMap(\.pictures)
    for index in found.indices { found[index].picture.origin = found[index].layout }
    if let folder = faces.unknownFolder(among: folders) {
      throw DatasetError(path: folder, "is to be searched for faces, but is none of the folders \(place)")
    }
    let searches: [FaceSource.Search]
    (boxTables, searches) = try Self.addFaces(to: &found, layouts, from: faces)
    searchedOrigins = searches.indices.filter { searches[$0].finder != nil }
    let scanned = Self.scan(found, finders: searches.map(\.finder), threads: threads, progress: progress)
    damaged = scanned.compactMap { $0.damage }
    var readable = scanned.filter { $0.damage == nil }
    guard !readable.isEmpty else {
      throw DatasetError(path: place, "none of its \(found.count) pictures can be read")
    }
    func isFaceless(_ scanned: ScannedPicture) -> Bool {
      searches[scanned.found.layout].isRequired && scanned.found.picture.face == nil
    }
    faceless = readable.filter(isFaceless).map { Rejected(file: $0.found.picture.name, reason: "no face was found") }
    readable.removeAll(where: isFaceless)
    guard !readable.isEmpty else { throw DatasetError(path: place, "no face was found in any of its pictures") }
    let good = leavingOutConflicts(readable)
    let clusters = Clusters(good.map { ($0.likeness, $0.content) })
    nearDuplicates = clusters.sizes.reduce(0) { $0 + ($1 > 1 ? $1 : 0) }
    var parts: [(picture: ScannedPicture, part: Part)] = []
    for (index, picture) in good.enumerated() {
      let place = Self.place(of: clusters.key(of: index))
      switch picture.found.part {
      case nil: parts.append((picture, Self.part(place, shares)))
      case .training? where !layouts[picture.found.layout].hasValidation:
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
    splitDescription = Self.describe(layouts)
    fingerprint = Self.fingerprint(parts)
    try checkSizes(place, mustTest: !layouts.allSatisfy(\.isSplit), classes: Set(originClasses.joined()))
  }

  private static func describe(_ layouts: [FolderLayout]) -> String {
    var sentences: [String] = []
    for layout in layouts {
      let sentence =
        layout.isSplit
        ? "the folders train, val and test as given" + (layout.hasValidation ? "" : ", validation split off by content")
        : "by SHA-256 of each file, near-copies kept together"
      if !sentences.contains(sentence) { sentences.append(sentence) }
    }
    return sentences.joined(separator: "; elsewhere ")
  }

  private static func fingerprint(_ parts: [(picture: ScannedPicture, part: Part)]) -> String {
    var hash = SHA256()
    for (picture, part) in parts {
      let face = picture.found.picture.face.map { " \($0.x) \($0.y) \($0.width) \($0.height)" } ?? ""
      Array("\(picture.content) \(picture.found.picture.label) \(part)\(face)\n".utf8).withUnsafeBytes {
        hash.update($0)
      }
    }
    return hash.finishHex()
  }

  /// Gives each picture the box that a table names, and says how those of each layout are to be searched for faces.
  static func addFaces(
    to found: inout [FolderLayout.Found], _ layouts: [FolderLayout], from faces: FaceSource
  ) throws(DatasetError) -> (tables: [BoxTable], searches: [FaceSource.Search]) {
    var searches = layouts.map { faces.search($0.folder) }
    let tables = try addBoxes(
      to: &found, layouts, passingOver: Set(searches.indices.filter { searches[$0].isRequired }), table: faces.boxes)
    for (number, layout) in layouts.enumerated() where tables.contains(where: { $0.folder == layout.folder }) {
      searches[number] = .none
    }
    return (tables, searches)
  }

  /// Gives each picture its box, but for those of layouts that are passed over.
  static func addBoxes(
    to found: inout [FolderLayout.Found], _ layouts: [FolderLayout], passingOver searched: Set<Int> = [], table: String?
  ) throws(DatasetError) -> [BoxTable] {
    do {
      let given = try table.map { try FaceBoxTable(path: $0) }
      var tables: [BoxTable] = []
      for (number, layout) in layouts.enumerated() where !searched.contains(number) {
        guard let boxes = try given ?? FaceBoxTable.found(in: layout.folder) else { continue }
        var (boxed, all) = (0, 0)
        for index in found.indices where found[index].layout == number {
          found[index].picture.face = boxes.box(for: found[index].picture.name)
          boxed += found[index].picture.face == nil ? 0 : 1
          all += 1
        }
        if boxed > 0 {
          tables.append(BoxTable(file: boxes.path, folder: layout.folder, boxed: boxed, unboxed: all - boxed))
        }
      }
      if let given, tables.isEmpty, searched.count < layouts.count {
        throw DatasetError(
          path: given.path,
          "names a box for none of the \(found.count) pictures; it should name "
            + "them as seen from the data folder, as in 'happy/1.jpg'")
      }
      return tables
    } catch let error as DatasetError {
      throw error
    } catch let error as FaceBoxError {
      throw DatasetError(path: error.path + (error.line.map { ", line \($0)" } ?? ""), error.reason)
    } catch { throw DatasetError(path: table ?? "boxes", "\(error)") }
  }

  /// All but the files whose bytes stand under more than one label.
  private mutating func leavingOutConflicts(_ pictures: [ScannedPicture]) -> [ScannedPicture] {
    var first: [String: Int] = [:]
    var torn: Set<String> = []
    for picture in pictures {
      let label = picture.found.picture.label
      if first[picture.content, default: label] != label { torn.insert(picture.content) }
      first[picture.content] = first[picture.content] ?? label
    }
    guard !torn.isEmpty else { return pictures }
    for picture in pictures where torn.contains(picture.content) {
      let others = pictures.filter {
        $0.content == picture.content && $0.found.picture.label != picture.found.picture.label
      }
      let other = others[0].found.picture
      conflicts.append(
        .init(
          file: picture.found.picture.name,
          reason: "the same file is labelled '\(labels[other.label])' as \(other.name)"))
    }
    return pictures.filter { !torn.contains($0.content) }
  }

  enum Part: Hashable {
    case training, validation, test
  }

  private func checkSizes(_ folder: String, mustTest: Bool, classes: Set<Int>) throws(DatasetError) {
    for (label, name) in labels.enumerated() where classes.contains(label) {
      let count = training.count { $0.label == label }
      guard count >= 2 else {
        throw DatasetError(
          path: folder, "class '\(name)' has \(count) pictures to train on after the split; give it at least ten")
      }
    }
    guard !validation.isEmpty, !test.isEmpty || !mustTest else {
      throw DatasetError(
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
    var likeness = ScannedPicture.unseen
    var damage: Rejected?

    private static let unseen = Likeness(Image(width: 1, height: 1, channels: 1, filledWith: 0))
  }

  /// Decodes and hashes all files on several threads.
  private static func scan(
    _ pictures: [FolderLayout.Found], finders: [FaceFinder?], threads: Int, progress: @Sendable (Int, Int) -> Void
  ) -> [ScannedPicture] {
    let results = Locked([ScannedPicture?](repeating: nil, count: pictures.count))
    let done = Locked(0)
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
          let image = try ImageDecoder.decode(bytes, name: path)
          scanned.likeness = Likeness(image)
          if let finder = finders[pictures[index].layout] { scanned.found.picture.face = finder(image) }
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

extension Dataset {
  /// All pictures of folders, unsplit and unread, with the faces that tables name.
  ///
  /// - Parameters:
  ///   - folders: as for `init(folders:faces:shares:labels:threads:progress:)`.
  ///   - faces: where faces stand in whole photos.
  ///   - labels: the classes; each folder has two of them or more.
  /// - Returns: the pictures, and by the number of their folder how these are to be searched for faces.
  /// - Throws: `DatasetError` where one has others, or a table cannot be understood.
  public static func pictures(
    in folders: [String], faces: FaceSource = FaceSource(), labels: [String]
  ) throws(DatasetError) -> (pictures: [Picture], searches: [FaceSource.Search]) {
    let layouts = try FolderLayout.all(folders, labels: labels)
    if let folder = faces.unknownFolder(among: folders) {
      throw DatasetError(path: folder, "is to be searched for faces, but is none of the folders that were given")
    }
    var found = layouts.flatMap(\.pictures)
    for index in found.indices { found[index].picture.origin = found[index].layout }
    let searches = try addFaces(to: &found, layouts, from: faces).searches
    return (found.map(\.picture), searches)
  }
}
