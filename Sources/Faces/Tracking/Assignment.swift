/// Who is whom: the pairing of rows with columns that costs least in all, by shortest augmenting paths with potentials
/// (Kuhn 1955, Munkres 1957; in the form of Jonker and Volgenant 1987). Ties fall to the lower column.
package enum Assignment {
  /// - Parameters:
  ///   - rows: how many rows.
  ///   - columns: how many columns.
  ///   - alone: what a row costs that gets no column.
  ///   - cost: of a pair; nil for a pair that cannot be.
  /// - Returns: the column of each row, nil for one that stays alone.
  /// - Complexity: rows² x (rows + columns).
  package static func cheapest(rows: Int, columns: Int, alone: Float, cost: (Int, Int) -> Float?) -> [Int?] {
    guard rows > 0, columns > 0 else { return [Int?](repeating: nil, count: rows) }
    // Each row has a column of its own for staying alone. Pairs that cannot be cost more than any that can.
    let width = columns + rows
    let never: Float = 1e9
    var costs = [Float](repeating: never, count: rows * width)
    for row in 0..<rows {
      for column in 0..<columns { costs[row * width + column] = cost(row, column) ?? never }
      costs[row * width + columns + row] = alone
    }
    // Index 0 stands for "none"; rows and columns count from 1.
    var rowPotential = [Float](repeating: 0, count: rows + 1)
    var columnPotential = [Float](repeating: 0, count: width + 1)
    var rowOf = [Int](repeating: 0, count: width + 1)
    var before = [Int](repeating: 0, count: width + 1)
    for row in 1...rows {
      rowOf[0] = row
      var column = 0
      var least = [Float](repeating: .infinity, count: width + 1)
      var isUsed = [Bool](repeating: false, count: width + 1)
      repeat {
        isUsed[column] = true
        let current = rowOf[column]
        var step = Float.infinity, next = 0
        for other in 1...width where !isUsed[other] {
          let reduced = costs[(current - 1) * width + other - 1] - rowPotential[current] - columnPotential[other]
          if reduced < least[other] { (least[other], before[other]) = (reduced, column) }
          if least[other] < step { (step, next) = (least[other], other) }
        }
        for other in 0...width {
          if isUsed[other] {
            rowPotential[rowOf[other]] += step
            columnPotential[other] -= step
          } else {
            least[other] -= step
          }
        }
        column = next
      } while rowOf[column] != 0
      while column != 0 {
        rowOf[column] = rowOf[before[column]]
        column = before[column]
      }
    }
    var result = [Int?](repeating: nil, count: rows)
    for column in 1...columns where rowOf[column] > 0 { result[rowOf[column] - 1] = column - 1 }
    return result
  }
}
