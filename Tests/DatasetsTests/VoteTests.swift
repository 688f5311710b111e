import Datasets
import Foundation
import Imaging
import Numerics
import TestSupport
import Testing

/// Tables of votes beside the pictures, and classes that folders and columns call otherwise.
@Suite struct VoteTests {
  private let folder: TemporaryFolder
  private let classes: ClassNames

  init() throws {
    folder = try TemporaryFolder()
    classes = try ClassNames("happy=happiness,sad=sadness,neutral")
  }

  /// A flat folder of 60 pictures, each third with its own votes, and one more of each kind that is special.
  private func writeVotes() throws {
    try DatasetTests.write(64, to: folder.path("votes"), seed: 1)
    var lines = ["file,guess,neutral,happiness,sadness,unknown,x"]
    for index in 0..<60 {
      lines.append("\(index).PNG,happy,\(["1,6,1,2", "8,0,2,0", "3,1,4,2"][index % 3]),5")
    }
    lines.append("60.PNG,sad,1,1,1,7,5")
    lines.append("61.PNG,sad,0,0,0,0,5")
    lines.append("62.PNG,sad,,4,,0,5")
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: folder.path("votes/index.csv"), atomically: true, encoding: .utf8)
  }

  private func all(_ dataset: Dataset) -> [Dataset.Picture] { dataset.training + dataset.validation + dataset.test }

  private func number(_ picture: Dataset.Picture) -> Int {
    Int((picture.name as NSString).lastPathComponent.dropLast(4)) ?? -1
  }

  @Test func aFlatFolderIsLabelledByItsVotes() throws {
    try writeVotes()
    let dataset = try Dataset(folders: [folder.path("votes")], classes: classes)
    #expect(dataset.labels == ["happy", "neutral", "sad"] && dataset.originClasses == [[0, 1, 2]])
    for picture in all(dataset) {
      let votes = try #require(picture.votes)
      switch number(picture) {
      case 62: #expect(picture.label == 0 && votes == .init(shares: [1, 0, 0], isDivided: false))
      case let index where index % 3 == 0:
        #expect(picture.label == 0 && votes == .init(shares: [0.75, 0.125, 0.125], isDivided: false))
      case let index where index % 3 == 1:
        #expect(picture.label == 1 && votes == .init(shares: [0, 0.8, 0.2], isDivided: false))
      default:
        #expect(picture.label == 2 && votes == .init(shares: [0.125, 0.375, 0.5], isDivided: true))
      }
    }
    // Who is divided is learned from, and held against nothing.
    #expect(dataset.training.contains { $0.votes?.isDivided ?? false })
    #expect(!(dataset.validation + dataset.test).contains { $0.votes?.isDivided ?? false })
    let undecided = dataset.account.leftOut(.undecided).map { ($0.file as NSString).lastPathComponent }
    #expect(undecided.sorted() == ["60.PNG", "61.PNG"])
    #expect(dataset.account.leftOut(.misplaced).map { ($0.file as NSString).lastPathComponent } == ["63.PNG"])
    #expect(dataset.account.seen == 64)
    #expect(dataset.account.notes.contains { $0.contains("those for unknown are for none of the classes") })
    #expect(dataset.account.notes.contains { $0.contains("no figure counts them") })
  }

  /// Other votes, other weights: a checkpoint must not go on with them.
  @Test func votesAreInTheFingerprint() throws {
    try writeVotes()
    let first = try Dataset(folders: [folder.path("votes")], classes: classes)
    let path = folder.path("votes/index.csv")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacingOccurrences(of: "1,6,1,2", with: "1,7,1,2").write(toFile: path, atomically: true, encoding: .utf8)
    let second = try Dataset(folders: [folder.path("votes")], classes: classes)
    #expect(first.training.map(\.label) == second.training.map(\.label))
    #expect(first.fingerprint != second.fingerprint)
  }

  /// Class folders go by what they are also called, others are left out and named, and a table's votes go first.
  @Test func foldersAreClassesByTheirOtherNamesToo() throws {
    for (number, name) in ["happiness", "sad", "angry"].enumerated() {
      try DatasetTests.write(30, to: folder.path("faces/" + name), seed: UInt64(number + 5))
    }
    try "file;happy;sad\nhappiness/3.PNG;1,5;4,5\n".write(
      toFile: folder.path("faces/index.csv"), atomically: true, encoding: .utf8)
    let dataset = try Dataset(folders: [folder.path("faces")], classes: classes)
    #expect(dataset.originClasses == [[0, 2]])
    for picture in all(dataset) {
      let isNamed = picture.name.hasSuffix("happiness/3.PNG")
      #expect(picture.label == (picture.name.contains("/sad/") || isNamed ? 2 : 0))
      #expect(picture.votes == (isNamed ? .init(shares: [0.25, 0, 0.75], isDivided: false) : nil))
    }
    #expect(all(dataset).count == 60 && dataset.account.leftOut(.misplaced).count == 30)
    #expect(dataset.account.notes.contains { $0.contains("angry is left out") })
    // Of a model's classes none may be passed over in silence.
    let refusal = caught(DatasetError.self) {
      try Dataset(folders: [folder.path("faces")], classes: ClassNames(["happiness", "sad"]))
    }
    #expect("\(try #require(refusal))".contains("the model's labels are happiness, sad"))
  }

  @Test func saysWhatToTypeWhereOnlyAPersonKnowsTheClasses() throws {
    try writeVotes()
    let error = caught(DatasetError.self) { try Dataset(folders: [folder.path("votes")]) }
    let words = "\(try #require(error))"
    #expect(words.contains("votes for neutral, happiness, sadness, unknown: say which of these are classes"))
    #expect(words.contains("--classes neutral,happiness="))
    try "file,happy,sad\n0.PNG,many,2\n".write(
      toFile: folder.path("votes/index.csv"), atomically: true, encoding: .utf8)
    let line = caught(DatasetError.self) { try Dataset(folders: [folder.path("votes")], classes: classes) }
    #expect("\(try #require(line))".contains("index.csv, line 2: 'many' is no number of votes for 'happy'"))
  }

  @Test(arguments: ["", "happy", "happy,,sad", "happy=,sad", "happy,happy", "happy=sad,sad", "a=x,b=x"])
  func namesThatMakeNoSenseAreRefused(_ text: String) {
    #expect(throws: ClassNamesError.self) { try ClassNames(text) }
  }

  @Test func namesOfAModelKeepTheirOrder() throws {
    let names = try ClassNames("sad=sadness", labels: ["sad", "happy"])
    #expect(names.labels == ["sad", "happy"] && !names.isChosen)
    let all = try ClassNames("happy=happiness,sad=sadness", labels: ["sad", "happy"])
    #expect(all.labels == ["sad", "happy"] && all.isChosen)
    #expect(throws: ClassNamesError.self) { try ClassNames("angry=anger", labels: ["sad", "happy"]) }
    #expect(throws: ClassNamesError.self) { try ClassNames("sad=happy", labels: ["sad", "happy"]) }
  }

  /// A model of two classes is looked at on a folder that has more of them.
  @Test func foldersOfOtherClassesAreLeftOutWhereAllOfAModelsAreNamed() throws {
    for (number, name) in ["happiness", "sadness", "anger"].enumerated() {
      try DatasetTests.write(20, to: folder.path("faces/\(name)"), seed: UInt64(number + 31))
    }
    let path = folder.path("faces"), labels = ["sad", "happy"]
    let dataset = try Dataset(folders: [path], classes: ClassNames("happy=happiness,sad=sadness", labels: labels))
    #expect(all(dataset).count == 40 && dataset.labels == labels)
    for picture in all(dataset) {
      #expect(labels[picture.label] == (picture.name.contains("happiness") ? "happy" : "sad"))
    }
    #expect(throws: DatasetError.self) {
      try Dataset(folders: [path], classes: ClassNames("sad=sadness", labels: labels))
    }
  }

  @Test func aLeftOutSourceIsTestedAlone() throws {
    for (number, name) in ["one/a", "one/b", "two/a", "two/b"].enumerated() {
      try DatasetTests.write(40, to: folder.path(name), seed: UInt64(number + 11))
    }
    let whole = try Dataset(folders: [folder.path("one"), folder.path("two")])
    var part = whole
    try part.leaveOut("two")
    #expect(part.training.map(\.name) == whole.training.filter { $0.origin == 0 }.map(\.name))
    #expect(part.validation.map(\.name) == whole.validation.filter { $0.origin == 0 }.map(\.name))
    #expect(part.test.map(\.name) == whole.test.map(\.name))
    #expect(part.fingerprint != whole.fingerprint && part.account.seen == whole.account.seen)
    #expect(part.splitDescription.contains("of two only the test part"))
    #expect(throws: DatasetError.self) { try part.leaveOut("one") }
    #expect(throws: DatasetError.self) { try part.leaveOut("three") }
  }
}
