import Files

/// The classes of a data set, and what folders and the columns of tables call them: `sad`, also called `sadness`.
public struct ClassNames: Hashable, Sendable {
  /// The classes in the order of their numbers.
  public let labels: [String]
  /// Whether a person said which these are: folders of other names are then left out, and are no mistake.
  public let isChosen: Bool
  private var numbers: [String: Int]
  /// Of which folder these are, for errors; nil where a model or a person named them.
  var folder: String?

  /// Classes that are called by their labels alone.
  public init(_ labels: [String]) {
    self.labels = labels
    isChosen = false
    numbers = Dictionary(labels.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// Reads `happy=happiness,sad=sadness=sorrow,neutral`: each class with what else it is called. Its number is its
  /// place in the order of bytes, as of class folders.
  ///
  /// - Parameter labels: the classes of a model, which stay as they are and of which the text names those that are
  ///   called otherwise; nil takes the classes that the text names, and no others.
  /// - Throws: `ClassNamesError` for a text that is none of this form, names something twice, or names a class that is
  ///   not among the labels.
  public init(_ text: String, labels known: [String]? = nil) throws(ClassNamesError) {
    var groups: [[String]] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let names = part.split(separator: "=", omittingEmptySubsequences: false).map { Self.trimmed($0) }
      guard !names.contains("") else {
        throw ClassNamesError("'\(text)' is no list of classes such as happy=happiness,sad,neutral")
      }
      groups.append(names)
    }
    labels = known ?? groups.map { $0[0] }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    // Who names some of a model's classes only says what else those are called.
    isChosen = known.map { $0.count == groups.count } ?? true
    guard labels.count > 1 else { throw ClassNamesError("'\(text)' names one class; it takes two or more") }
    numbers = Dictionary(labels.enumerated().map { ($1, $0) }) { first, _ in first }
    var taken: Set<String> = []
    for names in groups {
      guard let number = labels.firstIndex(of: names[0]) else {
        throw ClassNamesError(
          "'\(names[0])' is none of the model's classes, which are \(labels.joined(separator: ", "))")
      }
      for name in names {
        guard taken.insert(name).inserted, numbers[name] ?? number == number else {
          throw ClassNamesError("'\(name)' is named twice")
        }
        numbers[name] = number
      }
    }
  }

  /// The number of the class that is called so, nil for none.
  func number(of name: String) -> Int? { numbers[name] }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

extension ClassNames {
  /// Whether a folder holds pictures of the classes: folders of two of them or more, or a `train` folder that does, or
  /// a table with votes for them.
  public func areFound(in folder: String) -> Bool {
    for place in [folder, folder + "/train"] {
      let found = Set(numbers.filter { FileSystem.isFolder(place + "/" + $0.key) }.values)
      if found.count > 1 { return true }
    }
    return (try? VoteTable.found(in: folder, classes: self)) != nil
  }
}

/// Names of classes that cannot be understood.
public struct ClassNamesError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as a clause that begins with what it is wrong with.
  public let description: String

  init(_ description: String) { self.description = description }
}
