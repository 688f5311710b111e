/// Copies among pictures, and what they spoil.
struct Copies {
  private(set) var findings: [Finding] = []

  init(_ pictures: [PictureFacts], labels: [String]) {
    let clusters = Clusters(pictures.compactMap { picture in picture.likeness.map { ($0, picture.content) } })
    var groups: [Int: [PictureFacts]] = [:]
    for (index, picture) in pictures.enumerated() { groups[clusters.root(of: index), default: []].append(picture) }
    let several = groups.sorted { $0.key < $1.key }.map(\.value).filter { $0.count > 1 }

    let torn = several.filter { Set($0.map(\.label)).count > 1 }
    let exactlyTorn = torn.filter { Self.hasExactCopies($0) { $0.label != $1.label } }
    let nearlyTorn = torn.filter { !Self.hasExactCopies($0) { $0.label != $1.label } }
    add(
      "contradiction", .serious, exactlyTorn, "stands under two labels", "stand under two labels", of: "file",
      advice: "Training leaves all of them out. Decide which label is right and delete the others.")
    add(
      "near-contradiction", .look, nearlyTorn, "has near-copies with another label",
      "have near-copies with another label",
      of: "picture",
      advice: "Look at each: a photo that was labelled twice teaches nothing, and cannot be evaluated on.")

    let leaks = several.filter { Set($0.compactMap(\.part)).count > 1 }
    add(
      "leak", .serious, leaks, "lies in more than one part", "lie in more than one part", of: "picture",
      advice:
        "Figures on held-out pictures that were trained on are too good. Training leaves the copies in 'train' out; "
        + "delete them.")

    let rest = several.filter { group in !torn.contains { $0[0].file == group[0].file } }
    let exact = rest.filter { Self.hasExactCopies($0) { _, _ in true } }
    add(
      "duplicate", .look, exact, "is there more than once", "are there more than once", of: "picture",
      advice:
        "Copies stay in one part of the split, so figures stay honest, but they weigh more than others in training, "
        + "and the data is smaller than it seems. Delete all but one.")
    let near = rest.filter { group in !exact.contains { $0[0].file == group[0].file } }
    add(
      "near-duplicate", .note, near, "has a near-copy", "have near-copies", of: "picture",
      advice: "Scaled, recompressed, or frames of one film. They stay in one part of the split.")
  }

  private static func hasExactCopies(
    _ group: [PictureFacts], where matters: (PictureFacts, PictureFacts) -> Bool
  ) -> Bool {
    group.indices.contains { i in
      group[..<i].contains { $0.content == group[i].content && matters($0, group[i]) }
    }
  }

  private mutating func add(
    _ kind: String, _ severity: Finding.Severity, _ groups: [[PictureFacts]], _ one: String, _ many: String,
    of what: String,
    advice: String
  ) {
    guard !groups.isEmpty else { return }
    let files = groups.reduce(0) { $0 + $1.count }
    findings.append(
      Finding(
        kind, severity, "\(counted(groups.count, what)) \(groups.count == 1 ? one : many) (\(counted(files, "file"))).",
        advice: advice, groups: groups.sorted { $0.count > $1.count }))
  }
}
