import Imaging

/// Labelled pictures in three parts that share nothing.
public struct Dataset: Sendable {
  /// What several people called a picture.
  public struct Votes: Hashable, Sendable {
    /// The share of the votes for each class, all together 1.
    public var shares: [Float]
    /// Whether no class has more than half of all votes: such a picture is learned from, and no figure counts it.
    public var isDivided: Bool

    /// One share a class.
    public init(shares: [Float], isDivided: Bool) { (self.shares, self.isDivided) = (shares, isDivided) }
  }

  /// A picture with its class.
  public struct Picture: Sendable {
    /// Where the pixels are.
    public enum Source: Sendable {
      /// A JPEG or PNG file.
      case file(String)
      /// In memory.
      case image(Image)
    }

    /// The file's path, or a name.
    public var name: String
    /// The class's number; of a picture with votes, that of the class with most of them.
    public var label: Int
    /// What voters called it, where that is known.
    public var votes: Votes?
    /// How likely each class is to the teachers that looked at it as it is; nil where none did.
    public var taught: [Float]?
    /// Where the pixels are.
    public var source: Source
    /// Where the face is, for preprocessing that crops to it.
    public var face: FaceBox?
    /// The data folder that it comes from, as in `Dataset.origins`.
    public var origin: Int

    /// `label` and `origin` are indices into the data set's labels and folders; the file is read later.
    public init(
      name: String, label: Int, source: Source, face: FaceBox? = nil, origin: Int = 0, votes: Votes? = nil
    ) {
      self.votes = votes
      self.name = name
      self.label = label
      self.source = source
      self.face = face
      self.origin = origin
    }
  }

  /// A word for the whole: the folders' names.
  public var name: String
  /// The names of the data folders that the pictures come from.
  public var origins: [String]
  /// The class names in the order of their numbers.
  public var labels: [String]
  /// By data folder, the classes that it holds pictures of. Where one lacks some, where a picture comes from would give
  /// its class away: its loss is then taken over the classes that its folder has alone.
  public var originClasses: [[Int]]
  /// What weights are learned from.
  public var training: [Picture] = []
  /// What decides when to stop.
  public var validation: [Picture] = []
  /// What is looked at once, at the end.
  public var test: [Picture] = []
  /// What became of every file of the folders.
  public var account = ReadingAccount()
  /// Pictures that have a near-copy in the set.
  public var nearDuplicates = 0
  /// Tables of face boxes that were used, and how many pictures of their folders have no box.
  public var boxTables: [BoxTable] = []
  /// Numbers of the origins whose pictures were searched for faces.
  public var searchedOrigins: [Int] = []
  /// Numbers of the origins that are neither trained on nor validated on.
  public internal(set) var leftOutOrigins: [Int] = []
  /// The networks that say of each training picture what they see, in words for the card; nil without.
  public var teacher: String?
  /// How much of the loss is what these say, 0...1.
  public var teachersShare: Float = 0
  /// How the parts were made, as a sentence for the card.
  public var splitDescription = ""
  /// SHA-256 over all content hashes and labels in order of the parts: the same for the same data and split.
  public var fingerprint = ""

  /// A table of face boxes that was used for a data folder.
  public struct BoxTable: Hashable, Sendable {
    /// The table's file.
    public var file: String
    /// The data folder.
    public var folder: String
    /// Pictures of the folder that have a box.
    public var boxed: Int
    /// Pictures of the folder that have none.
    public var unboxed: Int
  }

  /// Makes a set from parts in memory, for example rendered faces.
  public init(
    name: String, labels: [String], training: [Picture], validation: [Picture], test: [Picture],
    splitDescription: String
  ) {
    self.name = name
    origins = [name]
    self.labels = labels
    originClasses = [Array(labels.indices)]
    self.training = training
    self.validation = validation
    self.test = test
    self.splitDescription = splitDescription
    fingerprint = "in memory: \(name), \(training.count) + \(validation.count) + \(test.count)"
  }

  /// Files that do not decode.
  public var damaged: [ReadingAccount.LeftOut] { account.leftOut(.damaged) }

  /// Training pictures left out because a (near-)copy is in validation or test.
  public var leaks: [ReadingAccount.LeftOut] { account.leftOut(.heldOut) }

  /// Files left out because a file of the same bytes stands under another label.
  public var conflicts: [ReadingAccount.LeftOut] { account.leftOut(.conflict) }

  /// Pictures left out because no face was found in them, where one was looked for.
  public var faceless: [ReadingAccount.LeftOut] { account.leftOut(.faceless) }

  /// The classes that a picture of this origin may be of, nil where all.
  package func candidates(_ picture: Picture) -> [Int]? {
    let classes = originClasses[picture.origin]
    return classes.count == labels.count ? nil : classes
  }

  /// Whether the picture's data folder holds every class, so that its answers can be held against all of them.
  public func knowsAllClasses(_ picture: Picture) -> Bool { candidates(picture) == nil }

  /// Whether any picture has votes.
  public var hasVotes: Bool { (training + validation + test).contains { $0.votes != nil } }

  /// How many pictures of a data folder are cropped to a face, and how many are taken whole.
  public func facesFound(inOrigin origin: Int) -> (cropped: Int, whole: Int) {
    let own = (training + validation + test).filter { $0.origin == origin }
    let cropped = own.count { $0.face != nil }
    return (cropped, own.count - cropped)
  }

  /// The number of pictures of each class in a part.
  public func counts(_ part: [Picture]) -> [Int] {
    labels.indices.map { label in part.count { $0.label == label } }
  }
}

/// What share of the pictures goes where.
public struct SplitShares: Hashable, Sendable {
  /// Shares that sum to 1.
  public var training: Double
  /// Share for validation.
  public var validation: Double
  /// Share for the test.
  public var test: Double

  /// Makes shares from three numbers of any scale, such as 70, 20, 10.
  public init(_ training: Double, _ validation: Double, _ test: Double) {
    let sum = training + validation + test
    self.training = training / sum
    self.validation = validation / sum
    self.test = test / sum
  }

  /// 70 % training, 20 % validation, 10 % test.
  public static let `default` = SplitShares(70, 20, 10)
}
