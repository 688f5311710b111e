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
    var placed: [Int] = []
    for index in order {
      let buffer = buffers[index]
      let contemporaries =
        placed
        .filter { buffers[$0].first <= buffer.last && buffer.first <= buffers[$0].last }
        .sorted { buffers[$0].offset < buffers[$1].offset }
      var offset = 0
      for other in contemporaries {
        if offset + buffer.bytes <= buffers[other].offset { break }
        offset = max(offset, Self.aligned(buffers[other].offset + buffers[other].bytes))
      }
      buffers[index].offset = offset
      arenaBytes = max(arenaBytes, Self.aligned(offset + buffer.bytes))
      placed.append(index)
    }
  }

  private static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
}
