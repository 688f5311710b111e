/// Something that a check-up of data found: what it is, and what to do about it.
public struct Finding: Sendable {
  /// How much it matters.
  public enum Severity: String, Sendable, Comparable, CaseIterable {
    /// Good to know.
    case note
    /// May cost accuracy, or hide how little there is.
    case look
    /// Makes figures untrue, or training impossible.
    case serious

    /// In the order of weight.
    public static func < (a: Severity, b: Severity) -> Bool {
      allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
    }
  }

  /// A word for programs, such as `leak`.
  public var kind: String
  /// How much it matters.
  public var severity: Severity
  /// What was found, a sentence.
  public var title: String
  /// What to do, a sentence or two.
  public var advice: String
  /// The files, in groups that belong together: two copies, or one file alone.
  public var groups: [[PictureFacts]]

  /// `title` and `advice` are sentences for people, `kind` is a word for programs.
  public init(_ kind: String, _ severity: Severity, _ title: String, advice: String, groups: [[PictureFacts]] = []) {
    self.kind = kind
    self.severity = severity
    self.title = title
    self.advice = advice
    self.groups = groups
  }
}

/// `1 picture`, `2 pictures`.
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}
