import Imaging
import Numerics
import Threads

/// A look at labelled pictures before they are trained on: damage, copies, leaks, contradictions, and what a network
/// could go by instead of what it should learn.
public struct Checkup: Sendable {
  /// The class names in the order of their numbers.
  public let labels: [String]
  /// The names of the data folders.
  public let origins: [String]
  /// Every picture file.
  public let pictures: [PictureFacts]
  /// What became of every file of the folders.
  public let account: ReadingAccount
  /// What was found, the worst first.
  public let findings: [Finding]

  /// Reads and checks folders of class folders with the same classes.
  ///
  /// - Parameters:
  ///   - folders: as for `Dataset`.
  ///   - classes: the classes; nil takes the first folder's.
  ///   - boxes: a table of face boxes for all folders; without one, each folder's own counts.
  ///   - threads: threads to decode with.
  ///   - progress: called now and then with files done and their number.
  /// - Throws: `DatasetError` where there are no two classes, or a table cannot be understood.
  public init(
    folders: [String], classes: ClassNames? = nil, boxes: String? = nil, threads: Int = 1,
    progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(DatasetError) {
    let layouts = try FolderLayout.all(folders, classes: classes, for: .checkup)
    labels = layouts[0].labels
    origins = layouts.map(\.name)
    var found = layouts.flatMap(\.pictures)
    for index in found.indices { found[index].picture.origin = found[index].layout }
    var account = ReadingAccount()
    for layout in layouts {
      account.add(layout.account)
      account.notes += layout.voteSentence.map { [$0] } ?? []
    }
    let tables = try Dataset.addBoxes(to: &found, layouts, table: boxes, &account)
    pictures = Self.look(at: found, threads: threads, progress: progress)
    let good = pictures.filter { $0.damage == nil }
    var findings = Self.files(pictures, others: account)
    account.leaveOut(pictures.compactMap(\.leftOut))
    account.used = good.count
    self.account = account
    findings += Copies(good, labels: labels).findings
    findings += Shortcuts(good, labels: labels, origins: origins).findings
    findings += Self.amounts(good, labels: labels)
    findings += Self.faces(good, tables)
    self.findings = findings.sorted { $0.severity > $1.severity }
  }

  /// The worst that was found.
  public var severity: Finding.Severity? { findings.map(\.severity).max() }

  private static func look(
    at found: [FolderLayout.Found], threads: Int, progress: @Sendable (Int, Int) -> Void
  ) -> [PictureFacts] {
    let facts = Locked(found.map { PictureFacts($0) })
    let done = Locked(0)
    ThreadPool(threads: threads).run(found.count, inBlocksOf: 16) { block in
      let own = block.map { index in
        var picture = PictureFacts(found[index])
        picture.look()
        return picture
      }
      facts.withLock { all in for (index, picture) in zip(block, own) { all[index] = picture } }
      done.withLock { count in
        count += block.count
        progress(count, found.count)
      }
    }
    return facts.value
  }

  /// Damage, wrong names, files that are not read.
  private static func files(_ pictures: [PictureFacts], others: ReadingAccount) -> [Finding] {
    var findings: [Finding] = []
    let damaged = pictures.filter { $0.damage != nil }
    if !damaged.isEmpty {
      findings.append(
        Finding(
          "damaged", damaged.count * 20 > pictures.count ? .serious : .look,
          "\(counted(damaged.count, "file does", "files do")) not decode.",
          advice: "Training passes them over. Fetch them anew or delete them.", groups: damaged.map { [$0] }))
    }
    let misnamed = pictures.filter(\.isMisnamed)
    if !misnamed.isEmpty {
      findings.append(
        Finding(
          "misnamed", .note, "\(counted(misnamed.count, "file is", "files are")) named after another kind of picture.",
          advice: "Glint looks at the bytes and reads them; other programs may not. Rename them.",
          groups: misnamed.map { [$0] }))
    }
    let missing = others.leftOut.filter { !$0.cause.isHarmless }
    if !missing.isEmpty {
      findings.append(
        Finding(
          "not-read", .look,
          "\(counted(missing.count, "file of the folders is", "files of the folders are")) not read: "
            + "\(missing[0].file) (\(missing[0].reason))\(missing.count > 1 ? " and others" : "").",
          advice: "They are missing from training. The account names each with --json."))
    }
    return findings
  }

  /// Too few, too uneven, too small.
  private static func amounts(_ pictures: [PictureFacts], labels: [String]) -> [Finding] {
    var findings: [Finding] = []
    let counts = labels.indices.map { label in pictures.count { $0.label == label } }
    let (fewest, most) = (counts.min() ?? 0, counts.max() ?? 0)
    let words = zip(labels, counts).map { "\($1) \($0)" }.joined(separator: ", ")
    if fewest < 100 {
      findings.append(
        Finding(
          "few", fewest < 10 ? .serious : .look, "A class has very few pictures: \(words).",
          advice: """
            With a tenth held out, accuracy is known to within \
            \(percent(intervalHalf(fewest / 10 * labels.count), 0)) only. Gather more, some hundreds a class at least.
            """
        ))
    }
    if most > 2 * fewest {
      findings.append(
        Finding(
          "imbalance", most > 10 * fewest ? .serious : .look, "The classes are uneven: \(words).",
          advice:
            """
            Always answering the largest would be right in \
            \(percent(Double(most) / Double(max(1, pictures.count)), 0)): evaluate by recall, and train with \
            --balance-classes.
            """))
    }
    let tiny = pictures.filter { min($0.width, $0.height) < 32 }
    if !tiny.isEmpty {
      findings.append(
        Finding(
          "tiny", .look, "\(counted(tiny.count, "picture has", "pictures have")) fewer than 32 rows or columns.",
          advice:
            "They are enlarged, and show too little of an expression. Leave them out, or train at a small --size.",
          groups: tiny.map { [$0] }))
    }
    return findings
  }

  /// Half of the widest 95 % interval of a share of so many.
  private static func intervalHalf(_ count: Int) -> Double {
    let interval = Wilson.interval(count / 2, of: max(1, count))
    return (interval.upperBound - interval.lowerBound) / 2
  }

  /// Boxes that cannot be right.
  private static func faces(_ pictures: [PictureFacts], _ tables: [Dataset.BoxTable]) -> [Finding] {
    var findings: [Finding] = []
    for table in tables where table.unboxed > 0 {
      findings.append(
        Finding(
          "no-box", table.unboxed * 4 > table.boxed ? .look : .note,
          "\(counted(table.unboxed, "picture", "pictures")) of \(table.folder) have no face box in \(table.file).",
          advice: "They are taken whole. That is right where they are faces already, and wrong where they are scenes."))
    }
    let outside = pictures.filter { picture in
      guard let face = picture.face else { return false }
      return face.x < -face.width / 2 || face.y < -face.height / 2
        || face.x + face.width / 2 > Float(picture.width) || face.y + face.height / 2 > Float(picture.height)
    }
    if !outside.isEmpty {
      findings.append(
        Finding(
          "box-outside", .serious,
          "\(counted(outside.count, "face box has its", "face boxes have their")) middle outside the picture.",
          advice: "The table was made for pictures of another size, or turned otherwise. Make it anew for these files.",
          groups: outside.map { [$0] }))
    }
    let small = pictures.filter { ($0.face.map { max($0.width, $0.height) } ?? 99) < 24 }
    if !small.isEmpty {
      findings.append(
        Finding(
          "box-small", .look, "\(counted(small.count, "face is", "faces are")) smaller than 24 pixels.",
          advice: "An expression hardly shows. Leave them out, or take the photos at a larger size.",
          groups: small.map { [$0] }))
    }
    return findings
  }
}
