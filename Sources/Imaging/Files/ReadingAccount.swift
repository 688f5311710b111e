/// What became of every file of the folders that a command read: used, not needed, or left out and why.
public struct ReadingAccount: Sendable {
  /// A file or folder that was left out.
  public struct LeftOut: Hashable, Sendable {
    /// The path as it was found under its folder.
    public var file: String
    /// Which kind of reason it is.
    public var cause: Cause
    /// The reason, as a clause.
    public var reason: String

    /// Names a file and why it is left out.
    public init(file: String, _ cause: Cause, reason: String) {
      self.file = file
      self.cause = cause
      self.reason = reason
    }

    /// A file that does not decode.
    public init(_ error: ImageError) {
      let cause: Cause =
        switch error.cause {
        case .unreadable: .unreadable
        case .notAPicture(.some): .otherFormat
        default: .damaged
        }
      self.init(file: error.file, cause, reason: error.reason)
    }
  }

  /// Kinds of reasons, the gravest first.
  public enum Cause: String, Sendable, CaseIterable {
    /// The system does not give it: no permission, a link that leads nowhere, a pipe.
    case unreadable
    /// It has the name or the beginning of a picture and does not decode, or is too large.
    case damaged
    /// A picture, a video or a stand-in of a kind that is not read.
    case otherFormat = "other_format"
    /// It lies where no class is.
    case misplaced
    /// Those who labelled it called it none of the classes.
    case undecided
    /// Its bytes stand under two labels.
    case conflict
    /// No face was found in it, where one was looked for.
    case faceless
    /// Its face's box lies outside of it.
    case boxOutside = "box_outside"
    /// A table of boxes has none for it, where only faces with boxes are of use.
    case boxless
    /// A copy of it is held out.
    case heldOut = "held_out"
    /// Its bytes were read under another name.
    case copy
    /// No picture by its name and its beginning.
    case notAPicture = "not_a_picture"
    /// Hidden, or left by the system or a storage device.
    case system

    /// Whether nobody would miss it.
    public var isHarmless: Bool { self == .notAPicture || self == .system || self == .copy }

    /// What the files are, after their number, as in `3 do not decode`.
    public var words: String {
      switch self {
      case .unreadable: "cannot be read"
      case .damaged: "do not decode"
      case .otherFormat: "of kinds that are not read (only JPEG and PNG are)"
      case .misplaced: "lie in no class folder"
      case .undecided: "that voters called none of the classes"
      case .conflict: "left out since the same file stands under two labels"
      case .faceless: "without a face that was found"
      case .boxOutside: "with a face box outside the picture"
      case .boxless: "without a box in the table"
      case .heldOut: "not trained on since copies of them are held out"
      case .copy: "copies of others"
      case .notAPicture: "no pictures"
      case .system: "hidden or left by the system"
      }
    }
  }

  /// Files that were used.
  public var used = 0
  /// Good pictures that were not asked for: of other parts, or more than wanted.
  public var notNeeded = 0
  /// Files that were left out, in the order in which they were found out.
  public private(set) var leftOut: [LeftOut] = []
  /// What was decided about the folders themselves, in sentences.
  public var notes: [String] = []

  /// Nothing yet.
  public init() {}

  /// Everything that was seen: used, not needed or left out.
  public var seen: Int { used + notNeeded + leftOut.count }

  /// Leaves out one more.
  public mutating func leaveOut(_ file: LeftOut) { leftOut.append(file) }

  /// Leaves out all of them.
  public mutating func leaveOut(_ files: some Sequence<LeftOut>) { leftOut += files }

  /// Those left out for one kind of reason.
  public func leftOut(_ cause: Cause) -> [LeftOut] { leftOut.filter { $0.cause == cause } }

  /// Whether somebody would miss what was left out, or a note tells of a decision.
  public var needsAttention: Bool { !notes.isEmpty || leftOut.contains { !$0.cause.isHarmless } }

  /// What an error adds where too little is left: how many files were left out, and the first; empty where none that
  /// somebody would miss was.
  public var hint: String {
    let files = leftOut.filter { !$0.cause.isHarmless }
    guard let first = files.first else { return "" }
    return ". Left out: \(files.count) \(files.count == 1 ? "file" : "files"), such as \(first.file) (\(first.reason))"
  }

  /// This account with another's counts, files and notes.
  public mutating func add(_ other: ReadingAccount) {
    used += other.used
    notNeeded += other.notNeeded
    leftOut += other.leftOut
    notes += other.notes
  }

  /// For people, in at most five lines: the counts, and then kinds of reasons with an example each.
  public var lines: [String] {
    var first = "\(seen) \(seen == 1 ? "file" : "files"): \(used) used"
    if notNeeded > 0 { first += ", \(notNeeded) not needed" }
    if !leftOut.isEmpty { first += ", \(leftOut.count) left out" }
    var rest = notes.map { "  \($0)" }
    for cause in Cause.allCases {
      let files = leftOut(cause)
      guard let example = files.first else { continue }
      let more = files.count > 1 ? " and \(files.count - 1) more" : ""
      let shown = cause.isHarmless ? example.file : "\(example.file) (\(example.reason))"
      rest.append("  \(files.count) \(cause.words): \(shown)\(more)")
    }
    if rest.count > 4 {
      let others = rest.count - 3
      rest = rest[..<3] + ["  and files left out for \(others) more reasons; --json names every file"]
    }
    return [first] + rest
  }
}

extension Image {
  /// Why a picture is left out whose face should stand at `face`, in pixels of the whole picture; nil where it does.
  public func leftOut(_ file: String, for face: FaceBox) -> ReadingAccount.LeftOut? {
    let (across, down) = (width * reduction, height * reduction)
    guard face.isOutside(width: across, height: down) else { return nil }
    return .init(
      file: file, .boxOutside, reason: "its face box lies outside the picture, which has \(across) x \(down) pixels")
  }
}
