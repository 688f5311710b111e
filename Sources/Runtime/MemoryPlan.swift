/// Where each buffer lies in one arena: buffers whose lives overlap never share a byte, others may.
///
/// Buffers are placed largest first, each at the lowest offset that is free during its life (the "greedy by size"
/// strategy of Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference").
public struct MemoryPlan: Hashable, Sendable {
  /// Bytes that are needed from one step to another.
  public struct Buffer: Hashable, Sendable {
    /// What it holds, for tables.
    public let name: String
    /// Its size, slack for vector loads included.
    public let bytes: Int
    /// The first step that touches it.
    public let first: Int
    /// The last step that touches it.
    public let last: Int
    /// Its place in the arena, a multiple of 64.
    public internal(set) var offset = 0
  }

  /// All buffers, in order of creation.
  public private(set) var buffers: [Buffer]
  /// The size of the arena.
  public private(set) var arenaBytes = 0

  static let alignment = 64

  init(_ requests: [Buffer]) {
    buffers = requests
    let order = buffers.indices.sorted { (buffers[$0].bytes, $1) > (buffers[$1].bytes, $0) }
    // By offset. Numbers alone: thousands of buffers are compared with each other.
    var placed: [(first: Int, last: Int, start: Int, end: Int)] = []
    placed.reserveCapacity(buffers.count)
    for index in order {
      let (first, last, bytes) = (buffers[index].first, buffers[index].last, buffers[index].bytes)
      var offset = 0
      for other in placed where other.first <= last && first <= other.last {
        if offset + bytes <= other.start { break }
        offset = max(offset, other.end)
      }
      buffers[index].offset = offset
      let end = Self.aligned(offset + bytes)
      arenaBytes = max(arenaBytes, end)
      var (low, high) = (0, placed.count)
      while low < high {
        let middle = (low + high) / 2
        if placed[middle].start <= offset { low = middle + 1 } else { high = middle }
      }
      placed.insert((first, last, offset, end), at: low)
    }
  }

  private static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
}
