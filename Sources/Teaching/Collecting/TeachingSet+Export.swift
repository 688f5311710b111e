import Archives
import Datasets
import Imaging
import Models

extension TeachingSet {
  /// All pictures in a folder a class, and where the faces are: a ZIP archive that, unpacked, `glint train` reads.
  ///
  /// - Throws: `TeachingError` where there are no pictures.
  public func archive() throws(TeachingError) -> [UInt8] {
    let (classes, pictures) = (self.classes, self.pictures)
    guard !pictures.isEmpty else { throw TeachingError("There are no pictures yet.") }
    let names = Dictionary(classes.map { ($0.id, $0.name) }) { first, _ in first }
    var members = pictures.compactMap { picture in
      names[picture.classID].map { ZIPArchive.Member("\($0)/\(KeptFolder.file(picture))", picture.jpeg) }
    }
    members.append(.init("index.csv", Array(FaceTable.text(classes, pictures).utf8)))
    guard let bytes = ZIPArchive.bytes(members) else { throw TeachingError("The pictures are too many for one file.") }
    return bytes
  }

  /// The pictures as a data set, split by time (see `TimeSplit`).
  ///
  /// - Parameter labels: the classes in the order of their numbers; pictures of other classes are left out.
  /// - Throws: `TeachingError` where fewer than two classes have `fewest` pictures.
  public func dataset(labels: [String]) throws(TeachingError) -> Dataset {
    let names = Dictionary(classes.map { ($0.id, $0.name) }) { first, _ in first }
    var parts: [TimeSplit.Part: [Dataset.Picture]] = [:]
    var alike: [String] = []
    let all = pictures
    for (label, name) in labels.enumerated() {
      let own = all.filter { names[$0.classID] == name }
      guard !own.isEmpty else { continue }
      guard own.count >= Self.fewest else {
        alike.append("'\(name)' has \(own.count)")
        continue
      }
      for (picture, part) in zip(own, TimeSplit.parts(own.map(\.milliseconds))) {
        guard let part, let image = try? ImageDecoder.decode(picture.jpeg, name: "\(picture.id)", within: .posted)
        else {
          continue
        }
        parts[part, default: []].append(
          .init(name: "picture \(picture.id)", label: label, source: .image(image), face: picture.face))
      }
    }
    guard alike.isEmpty else {
      throw TeachingError(
        "\(alike.joined(separator: ", ")) pictures: each class needs \(Self.fewest), better \(Self.enough). "
          + "Pictures that show the same count once: move a little.")
    }
    var dataset = Dataset(
      name: "pictures that were taught", labels: labels, training: parts[.training] ?? [],
      validation: parts[.validation] ?? [], test: parts[.test] ?? [],
      splitDescription: "by time: of each class the last quarter tests, a tenth before it validates")
    dataset.fingerprint = "taught: " + all.map { String($0.milliseconds, radix: 36) }.joined(separator: " ")
    return dataset
  }
}
