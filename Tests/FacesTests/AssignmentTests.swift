import Faces
import Numerics
import Testing

@Suite struct AssignmentTests {
  /// The least cost by trying everything.
  private func least(_ costs: [[Float?]], alone: Float, from row: Int = 0, taken: Set<Int> = []) -> Float {
    guard row < costs.count else { return 0 }
    var best = alone + least(costs, alone: alone, from: row + 1, taken: taken)
    for (column, cost) in costs[row].enumerated() where !taken.contains(column) {
      guard let cost else { continue }
      best = min(best, cost + least(costs, alone: alone, from: row + 1, taken: taken.union([column])))
    }
    return best
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func costsLeast(seed: UInt64) {
    var random = CounterRandom(seed: seed)
    let (rows, columns) = (random.below(6), random.below(6))
    let costs = (0..<rows).map { _ in
      (0..<columns).map { _ in random.unit() < 0.3 ? nil : Float(random.below(40)) } as [Float?]
    }
    let pairs = Assignment.cheapest(rows: rows, columns: columns, alone: 20) { costs[$0][$1] }
    #expect(pairs.count == rows)
    let taken = pairs.compactMap { $0 }
    #expect(Set(taken).count == taken.count, "no column twice")
    var cost: Float = 0
    for (row, column) in pairs.enumerated() {
      guard let column else {
        cost += 20
        continue
      }
      guard let pair = costs[row][column] else {
        Issue.record("row \(row) got a column that it cannot have")
        continue
      }
      cost += pair
    }
    #expect(cost == least(costs, alone: 20))
  }

  @Test func doesNotGrabTheNearestFirst() {
    // The nearest pair, 1-0, would leave row 0 with the far column.
    let costs: [[Float]] = [[1.2, 4], [0.8, 2]]
    #expect(Assignment.cheapest(rows: 2, columns: 2, alone: 20) { costs[$0][$1] } == [0, 1])
  }
}
