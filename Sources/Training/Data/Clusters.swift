import Imaging

/// Pictures grouped so that near-copies share a group: union-find over all pairs whose perceptual hashes differ in few
/// bits.
struct Clusters {
  /// Hashes of one picture, recompressed or rescaled, differ in fewer bits; those of strangers in about 32.
  static let mostBits = 4

  private var parents: [Int]
  private var keys: [String]

  /// - Parameter hashes: each picture's perceptual hash and content hash.
  init(hashes: [(perceptual: PerceptualHash, content: String)]) {
    parents = Array(hashes.indices)
    keys = hashes.map(\.content)
    let bits = hashes.map(\.perceptual.bits)
    for i in bits.indices {
      for j in 0..<i where (bits[i] ^ bits[j]).nonzeroBitCount <= Self.mostBits { join(i, j) }
    }
    for index in parents.indices {
      let root = find(index)
      if keys[index] < keys[root] { keys[root] = keys[index] }
    }
  }

  /// The number of the picture that stands for this one's group.
  func root(of index: Int) -> Int {
    var at = index
    while parents[at] != at { at = parents[at] }
    return at
  }

  /// The smallest content hash of the group.
  func key(of index: Int) -> String { keys[root(of: index)] }

  /// Pictures in each group.
  var sizes: [Int] {
    var counts: [Int: Int] = [:]
    for index in parents.indices { counts[root(of: index), default: 0] += 1 }
    return Array(counts.values)
  }

  private mutating func find(_ index: Int) -> Int {
    let root = root(of: index)
    var at = index
    while parents[at] != root { (parents[at], at) = (root, parents[at]) }
    return root
  }

  private mutating func join(_ a: Int, _ b: Int) {
    let (first, second) = (find(a), find(b))
    if first != second { parents[max(first, second)] = min(first, second) }
  }
}
