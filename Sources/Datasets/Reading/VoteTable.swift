import Faces
import Numerics

/// What several people called each picture: a table with a column a class, which holds how many called it so.
///
/// It is a table as of face boxes, `index.csv` in the data folder: its first line names the columns, one of them `file`
/// and two or more of them classes. Other columns that hold nothing but numbers from 0 up are votes for what is no
/// class, such as `unknown`; columns of boxes and of words are not votes.
struct VoteTable {
  /// What the voters said of a picture.
  enum Verdict {
    /// It is of a class.
    case votes(Dataset.Votes, label: Int)
    /// It is of none: why, as a sentence's clause.
    case undecided(String)
  }

  /// The table's file.
  let path: String
  /// Numbers of the classes that have a column, in order.
  let classes: [Int]
  /// Columns with votes for none of the classes.
  let others: [String]
  private var verdicts: [String: Verdict] = [:]
  private var names = PictureNames()

  /// The votes of a data folder; nil where its table has no columns for two of the classes, or there is none.
  ///
  /// - Throws: `DatasetError` naming the line, or `FaceBoxError` for a file that is no text.
  static func found(in folder: String, classes: ClassNames) throws -> VoteTable? {
    guard let text = try FaceBoxTable.ownText(in: folder) else { return nil }
    return try VoteTable(text, path: FaceBoxTable.path(in: folder), classes: classes)
  }

  /// The columns of a data folder's table that could be votes; empty where it has none.
  static func possibleColumns(in folder: String) throws -> [String] {
    guard let text = try FaceBoxTable.ownText(in: folder),
      var table = CommaSeparated.table(text, understoodBy: { Columns($0, ClassNames([])) })
    else { return [] }
    var candidates = Array(table.columns.rest)
    while let line = table.lines.next(), line.fields.count == table.count {
      candidates.removeAll { Self.votes(line.fields[$0.index], table.separator) == nil }
    }
    return candidates.map(\.name)
  }

  /// Where things stand in a line.
  private struct Columns {
    let file: Int
    /// Columns by class number.
    var classes: [(number: Int, index: Int)] = []
    /// Columns that are neither file, class nor box.
    var rest: [(name: String, index: Int)] = []

    init?(_ header: [String], _ names: ClassNames) {
      guard let file = FaceBoxTable.fileColumn(header) else { return nil }
      self.file = file
      for (index, name) in header.enumerated() where index != file {
        if let number = names.number(of: name) {
          classes.append((number, index))
        } else if !FaceBoxTable.isBoxColumn(name) {
          rest.append((name, index))
        }
      }
    }
  }

  private init?(_ text: String, path: String, classes names: ClassNames) throws {
    guard
      let table = CommaSeparated.table(
        text,
        understoodBy: { header in
          Columns(header, names).flatMap { Set($0.classes.map(\.number)).count > 1 ? $0 : nil }
        })
    else { return nil }
    self.path = path
    classes = Set(table.columns.classes.map(\.number)).sorted()
    var rows: [(file: String, own: [Double], others: [Double?])] = []
    var lines = table.lines
    while let line = lines.next() {
      if line.fields == [""] { continue }
      func failure(_ reason: String) -> DatasetError { DatasetError(path: "\(path), line \(line.number)", reason) }
      guard line.fields.count == table.count else {
        throw failure("has \(line.fields.count) values where the first line names \(table.count)")
      }
      var own = [Double](repeating: 0, count: names.labels.count)
      for (number, index) in table.columns.classes {
        let field = line.fields[index]
        guard let votes = Self.votes(field, table.separator) else {
          throw failure("'\(field)' is no number of votes for '\(names.labels[number])'")
        }
        own[number] += votes
      }
      let others = table.columns.rest.map { Self.votes(line.fields[$0.index], table.separator) }
      rows.append((line.fields[table.columns.file], own, others))
    }
    // What is no number somewhere is no column of votes.
    let isVote = table.columns.rest.indices.map { at in
      rows.allSatisfy { $0.others[at] != nil } && rows.contains { $0.others[at] != 0 }
    }
    others = zip(table.columns.rest, isVote).filter(\.1).map(\.0.name)
    for row in rows where !row.file.isEmpty {
      let others = zip(row.others, isVote).reduce(0) { $0 + ($1.1 ? $1.0 ?? 0 : 0) }
      self.verdicts[self.names.add(row.file)] = Self.verdict(row.own, others: others)
    }
  }

  /// What the table says of a picture, nil where it does not name it.
  func verdict(of path: String) -> Verdict? { names.name(for: path).flatMap { verdicts[$0] } }

  /// A sentence on what the columns were taken for.
  func sentence(_ labels: [String]) -> String {
    "\(path) holds votes for \(classes.map { labels[$0] }.joined(separator: ", "))"
      + (others.isEmpty
        ? ""
        : "; those for \(others.joined(separator: ", ")) are for none of the classes, and pictures that have most "
          + "of their votes there are left out")
  }

  private static func verdict(_ own: [Double], others: Double) -> Verdict {
    let sum = own.reduce(0, +)
    guard sum + others > 0 else { return .undecided("it has no votes") }
    guard sum >= others, sum > 0 else { return .undecided("most of its votes are for none of the classes") }
    let label = own.indexOfLargest ?? 0
    return .votes(
      Dataset.Votes(shares: own.map { Float($0 / sum) }, isDivided: 2 * own[label] <= sum + others), label: label)
  }

  /// A number of votes, none where nothing stands there, with a decimal comma where commas do not separate fields.
  private static func votes(_ field: String, _ separator: Unicode.Scalar) -> Double? {
    guard !field.isEmpty else { return 0 }
    return FaceBoxTable.number(field, separator).flatMap { $0.isFinite && $0 >= 0 && $0 <= 1e9 ? Double($0) : nil }
  }
}
