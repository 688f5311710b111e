import Imaging

/// What tells whether two pictures are copies of one: scaled, recompressed, or a little brighter.
///
/// A perceptual hash finds candidates fast. It looks at coarse shapes alone, so that faces cut out on black have
/// nearly one hash; small grey pictures, compared pixel by pixel, then decide.
public struct Likeness: Sendable {
  /// Hashes of one picture, recompressed or rescaled, differ in no more bits; those of unrelated pictures in about 32.
  static let mostBits = 4
  /// The least squared correlation of the small pictures of two copies. Recompression at quality 30 and halving leave
  /// over 0.99, cut-out faces of different people reach about 0.9.
  static let leastCorrelation = 0.975
  private static let side = 16

  let hash: PerceptualHash
  /// `[16, 16]` luma.
  private let small: [UInt8]
  private let sum: Double
  /// Variance times the square of the number of pixels.
  private let spread: Double

  /// Looks at a picture.
  public init(_ image: Image) {
    // By way of the size that the hash looks at, so that copies of any size are smoothed alike.
    let grey = image.grey.resampled(width: 2 * Self.side, height: 2 * Self.side)
    hash = PerceptualHash(grey)
    small = grey.resampled(width: Self.side, height: Self.side).pixels
    var (sum, squares) = (0, 0)
    for value in small {
      sum += Int(value)
      squares += Int(value) * Int(value)
    }
    self.sum = Double(sum)
    spread = Double(squares * small.count - sum * sum)
  }

  /// Whether the two are copies of one picture. Symmetric; sums of integers, the same on every machine.
  public func isCopy(of other: Likeness) -> Bool {
    guard hash.distance(to: other.hash) <= Self.mostBits else { return false }
    // Flat pictures have no shapes that could tell them apart but their brightness.
    guard spread > 0, other.spread > 0 else {
      return spread == other.spread && abs(sum - other.sum) <= Double(8 * small.count)
    }
    var products = 0
    for index in small.indices { products += Int(small[index]) * Int(other.small[index]) }
    let shared = Double(products * small.count) - sum * other.sum
    return shared > 0 && shared * shared >= Self.leastCorrelation * spread * other.spread
  }
}

/// Pictures grouped so that near-copies share a group: union-find over all pairs that are copies.
struct Clusters {
  private var parents: [Int]
  private var keys: [String]

  /// - Parameter pictures: each picture's likeness and content hash.
  init(_ pictures: [(likeness: Likeness, content: String)]) {
    parents = Array(pictures.indices)
    keys = pictures.map(\.content)
    let bits = pictures.map(\.likeness.hash.bits)
    bits.withUnsafeBufferPointer { bits in
      for i in bits.indices {
        for j in 0..<i where (bits[i] ^ bits[j]).nonzeroBitCount <= Likeness.mostBits {
          if pictures[i].likeness.isCopy(of: pictures[j].likeness) { join(i, j) }
        }
      }
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
