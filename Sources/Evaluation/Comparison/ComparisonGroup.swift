/// Some of the pictures of a comparison: those of a class, of a source, or of a confidence.
public struct ComparisonGroup: Hashable, Sendable {
  /// What they have in common.
  public let name: String
  /// Pictures to which both gave the same label.
  public let same: Int
  /// Pictures that the first model labelled rightly.
  public let firstRight: Int
  /// Pictures that the second model labelled rightly.
  public let secondRight: Int
  /// What the second model loses on them.
  public let loss: PairedLoss

  /// Pictures in the group.
  public var pictures: Int { loss.images }
}

extension Comparison {
  /// Bounds of the first model's confidence, in percent.
  private static let bounds = [0, 60, 75, 90, 99, 101]

  /// By true class, in the order of the labels.
  public var byClass: [ComparisonGroup] {
    groups(first.labels.count, { first.labels[$0] }) { first.truth[$0] }
  }

  /// By the probability that the first model gave its answer: where int8 changes sides tells where labels are safe.
  public var byConfidence: [ComparisonGroup] {
    groups(
      Self.bounds.count - 1,
      { Self.bounds[$0 + 1] > 100 ? "\(Self.bounds[$0]) % and more" : "\(Self.bounds[$0]) to \(Self.bounds[$0 + 1]) %" }
    ) { index in
      let confidence = first.probabilities[index].max() ?? 0
      return Self.bounds.dropFirst().firstIndex { confidence * 100 < Float($0) }.map { $0 - 1 }
    }
  }

  /// By the folder in which pictures lie; empty where there is only one.
  ///
  /// - Parameter folders: as the names of the pictures begin.
  public func bySource(_ folders: [String]) -> [ComparisonGroup] {
    guard folders.count > 1 else { return [] }
    let beginnings = folders.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    return groups(folders.count, { folders[$0] }) { index in
      beginnings.indices.filter { names[index].hasPrefix(beginnings[$0]) }.max { folders[$0].count < folders[$1].count }
    }
  }

  /// - Parameter place: the group of a picture; nil for none.
  private func groups(
    _ count: Int, _ name: (Int) -> String, _ place: (_ index: Int) -> Int?
  ) -> [ComparisonGroup] {
    let (truth, one, two) = (first.truth, first.predictions, second.predictions)
    var members = [[Int]](repeating: [], count: count)
    for index in names.indices { if let group = place(index) { members[group].append(index) } }
    return members.enumerated().compactMap { group, indices in
      guard !indices.isEmpty else { return nil }
      return ComparisonGroup(
        name: name(group), same: indices.count { one[$0] == two[$0] },
        firstRight: indices.count { one[$0] == truth[$0] }, secondRight: indices.count { two[$0] == truth[$0] },
        loss: PairedLoss(
          truth: indices.map { truth[$0] }, float: indices.map { one[$0] }, int8: indices.map { two[$0] }))
    }
  }
}
