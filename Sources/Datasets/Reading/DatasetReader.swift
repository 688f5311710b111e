import Files
import Imaging
import Threads

extension Dataset {
  /// Reads a folder of class folders: `init(folders:faces:shares:classes:threads:for:progress:)` of one.
  public init(
    folder: String, shares: SplitShares = .default, threads: Int = 1, for use: DataUse = .training,
    progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(DatasetError) {
    try self.init(folders: [folder], shares: shares, threads: threads, for: use, progress: progress)
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
  ///   - classes: the classes, of which then every folder may lack some; nil takes the first folder's.
  ///   - threads: threads to decode with.
  ///   - use: what for, which says how many pictures it takes.
  ///   - progress: called now and then with files done and their number.
  /// - Throws: `DatasetError` for a missing path, no pictures, one class, classes that differ between folders, a
  ///   table that cannot be understood, or too few pictures to split.
  public init(
    folders: [String], faces: FaceSource = FaceSource(), shares: SplitShares = .default,
    classes: ClassNames? = nil, threads: Int = 1, for use: DataUse = .training,
    progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(DatasetError) {
    let layouts = try FolderLayout.all(folders, classes: classes, for: use)
    for layout in layouts { account.add(layout.account) }
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
    (boxTables, searches) = try Self.addFaces(to: &found, layouts, from: faces, &account)
    searchedOrigins = searches.indices.filter { searches[$0].finder != nil }
    let scanned = Self.scan(found, finders: searches.map(\.finder), threads: threads, progress: progress)
    account.leaveOut(scanned.compactMap(\.damage))
    var readable = scanned.filter { $0.damage == nil }
    guard !readable.isEmpty else {
      throw DatasetError(path: place, "none of its \(found.count) pictures can be read\(account.hint)")
    }
    func isFaceless(_ scanned: ScannedPicture) -> Bool {
      searches[scanned.found.layout].isRequired && scanned.found.picture.face == nil
    }
    account.leaveOut(
      readable.filter(isFaceless).map { .init(file: $0.found.picture.name, .faceless, reason: "no face was found") })
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
          account.leaveOut(
            .init(file: picture.found.picture.name, .heldOut, reason: "a copy of it is held out"))
        } else {
          training.append(picture.found.picture)
        }
      case .validation: validation.append(picture.found.picture)
      case .test: test.append(picture.found.picture)
      }
    }
    splitDescription = Self.describe(layouts)
    fingerprint = Self.fingerprint(parts)
    leaveDividedOutOfFigures(layouts)
    account.used = training.count + validation.count + test.count
    guard use != .evaluation else { return }
    try checkSizes(
      place, mustTest: !layouts.allSatisfy(\.isSplit), classes: Set(originClasses.joined()), for: use)
  }

  /// Nobody knows the class of a picture over which the votes are divided: it can be learned from, and nothing can be
  /// held against it.
  private mutating func leaveDividedOutOfFigures(_ layouts: [FolderLayout]) {
    let held = validation.count + test.count
    validation.removeAll { $0.votes?.isDivided ?? false }
    test.removeAll { $0.votes?.isDivided ?? false }
    let removed = held - validation.count - test.count
    account.notNeeded += removed
    let sentences = layouts.compactMap(\.voteSentence)
    account.notes += sentences
    guard !sentences.isEmpty else { return }
    let learned = training.count { $0.votes?.isDivided ?? false }
    account.notes.append(
      "where no class has more than half of the votes, pictures are learned from (\(learned)) and no figure counts "
        + "them (\(removed) of the other parts)")
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
      // Votes decide weights as well as labels do.
      let votes = picture.found.picture.votes.map { votes in
        " votes" + votes.shares.map { " \($0.bitPattern)" }.joined() + (votes.isDivided ? " divided" : "")
      }
      let line = "\(picture.content) \(picture.found.picture.label) \(part)\(face)\(votes ?? "")\n"
      Array(line.utf8).withUnsafeBytes {
        hash.update($0)
      }
    }
    return hash.finishHex()
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
      account.leaveOut(
        .init(
          file: picture.found.picture.name, .conflict,
          reason: "the same file is labelled '\(labels[other.label])' as \(other.name)"))
    }
    return pictures.filter { !torn.contains($0.content) }
  }

  enum Part: Hashable {
    case training, validation, test
  }

  private func checkSizes(
    _ folder: String, mustTest: Bool, classes: Set<Int>, for use: DataUse
  ) throws(DatasetError) {
    for (label, name) in labels.enumerated() where classes.contains(label) {
      let count = training.count { $0.label == label }
      guard count >= 2 else {
        throw DatasetError(
          path: folder,
          "class '\(name)' has \(count) \(count == 1 ? "picture" : "pictures") \(use.verb) after the split; give it at "
            + "least ten\(account.hint)")
      }
    }
    guard !validation.isEmpty, !test.isEmpty || !mustTest else {
      throw DatasetError(
        path: folder,
        "\(training.count + validation.count + test.count) pictures are too few for a split: none are left for "
          + (validation.isEmpty ? "validation" : "the test") + account.hint)
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
    var damage: ReadingAccount.LeftOut?

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
        do throws(ImageError) {
          let bytes = try ImageDecoder.bytes(ofFile: path)
          scanned.content = bytes.withUnsafeBytes { SHA256.hex($0) }
          let image = try ImageDecoder.decode(bytes, name: path)
          scanned.likeness = Likeness(image)
          if let finder = finders[pictures[index].layout] {
            scanned.found.picture.face = finder(image)
          } else {
            scanned.damage = scanned.found.picture.face.flatMap { image.leftOut(path, for: $0) }
          }
        } catch { scanned.damage = ReadingAccount.LeftOut(error) }
        own.append(scanned)
      }
      results.withLock { all in for (index, scanned) in zip(block, own) { all[index] = scanned } }
      done.withLock { count in
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
  ///   - folders: as for `init(folders:faces:shares:classes:threads:for:progress:)`.
  ///   - faces: where faces stand in whole photos.
  ///   - classes: the classes; each folder has two of them or more.
  /// - Returns: the pictures, by the number of their folder how these are to be searched for faces, and what became of
  ///   the other files.
  /// - Throws: `DatasetError` where one has others, or a table cannot be understood.
  public static func pictures(
    in folders: [String], faces: FaceSource = FaceSource(), classes: ClassNames
  ) throws(DatasetError) -> (pictures: [Picture], searches: [FaceSource.Search], account: ReadingAccount) {
    let layouts = try FolderLayout.all(folders, classes: classes, for: .evaluation)
    var account = ReadingAccount()
    for layout in layouts { account.add(layout.account) }
    if let folder = faces.unknownFolder(among: folders) {
      throw DatasetError(path: folder, "is to be searched for faces, but is none of the folders that were given")
    }
    var found = layouts.flatMap(\.pictures)
    found.removeAll { $0.picture.votes?.isDivided ?? false }
    for index in found.indices { found[index].picture.origin = found[index].layout }
    let searches = try addFaces(to: &found, layouts, from: faces, &account).searches
    return (found.map(\.picture), searches, account)
  }
}
