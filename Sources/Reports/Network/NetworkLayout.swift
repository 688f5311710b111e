/// Places for the boxes of a network: rows by depth, and in each row an order and columns in which arrows run straight
/// and cross seldom (after Sugiyama, Tagawa and Toda 1981).
///
/// An arrow over several rows gets a narrow place in each row between, so that it runs beside the boxes.
struct NetworkLayout {
  /// A box, or the place of an arrow that passes a row.
  struct Place {
    /// The box; nil for an arrow that passes.
    var node: Int?
    /// The box itself, or the one that the arrow comes from.
    let source: Int
    var row: Int
    /// The middle, in units of a box with its gap.
    var x = 0.0
    /// Half of what it takes.
    var half: Double
    var above: [Int] = []
    var below: [Int] = []
  }

  private(set) var places: [Place] = []
  /// Places by row, from left to right.
  private(set) var rows: [[Int]] = []
  /// The places that each arrow runs through, from box to box.
  private(set) var arrows: [[Int]] = []

  /// - Parameter inputs: for each box, those that it reads, all before it.
  init(_ inputs: [[Int]]) {
    var depths: [Int] = []
    for reads in inputs { depths.append((reads.map { depths[$0] }.max() ?? -1) + 1) }
    rows = [[Int]](repeating: [], count: (depths.max() ?? -1) + 1)
    for (node, depth) in depths.enumerated() {
      rows[depth].append(places.count)
      places.append(Place(node: node, source: node, row: depth, half: 0.5))
    }
    for (node, reads) in inputs.enumerated() {
      for source in reads { connect(source, node) }
    }
    order()
    align()
  }

  private mutating func connect(_ source: Int, _ node: Int) {
    var path = [source]
    for row in places[source].row + 1..<max(places[node].row, places[source].row + 1) {
      rows[row].append(places.count)
      path.append(places.count)
      places.append(Place(node: nil, source: source, row: row, half: 0.08))
    }
    path.append(node)
    for (upper, lower) in zip(path, path.dropFirst()) {
      places[upper].below.append(lower)
      places[lower].above.append(upper)
    }
    arrows.append(path)
  }

  /// Orders each row by the mean place of its neighbours, down and up some times; what crosses least stays.
  private mutating func order() {
    var rank = [Int](repeating: 0, count: places.count)
    func number(_ rows: [[Int]], _ rank: inout [Int]) {
      for row in rows { for (index, place) in row.enumerated() { rank[place] = index } }
    }
    number(rows, &rank)
    var best = rows
    var fewest = crossings(rank)
    for sweep in 0..<8 where fewest > 0 {
      let isDown = sweep % 2 == 0
      for index in isDown ? Array(rows.indices) : rows.indices.reversed() {
        let keyed = rows[index].map { place -> (Int, Double) in
          let near = isDown ? places[place].above : places[place].below
          let mean = near.isEmpty ? Double(rank[place]) : Double(near.reduce(0) { $0 + rank[$1] }) / Double(near.count)
          return (place, mean)
        }
        // The former order decides between equals, so that the result is the same everywhere.
        rows[index] = keyed.sorted { ($0.1, rank[$0.0]) < ($1.1, rank[$1.0]) }.map(\.0)
        number([rows[index]], &rank)
      }
      let count = crossings(rank)
      if count < fewest { (best, fewest) = (rows, count) }
    }
    rows = best
  }

  private func crossings(_ rank: [Int]) -> Int {
    var count = 0
    for row in rows {
      let segments = row.flatMap { upper in places[upper].below.map { (rank[upper], rank[$0]) } }
      guard segments.count <= 400 else { continue }
      for (index, one) in segments.enumerated() {
        for other in segments[(index + 1)...] where (one.0 - other.0) * (one.1 - other.1) < 0 { count += 1 }
      }
    }
    return count
  }

  /// Moves places under and over their neighbours as far as the order of the row and its gaps allow: a box stands
  /// straight below the leftmost box that it reads, so that chains are straight and branches go off to the right.
  private mutating func align() {
    for row in rows {
      var x = 0.0
      for place in row {
        x += places[place].half
        places[place].x = x
        x += places[place].half
      }
    }
    // The last sweep is downward: what is read stands, and what reads it follows.
    for sweep in 0..<13 {
      let isDown = sweep % 2 == 0
      for row in isDown ? rows : rows.reversed() {
        let wanted = row.map { place -> Double in
          let near = isDown ? places[place].above : places[place].below
          guard !near.isEmpty else { return places[place].x }
          if places[place].node != nil {
            // A branch with fewer boxes ends in an arrow that passes: the box that it comes from counts, so that a
            // chain of sums and joins runs down in one column, whichever branch is longer.
            let boxes = near.map { isDown ? places[$0].source : places[$0].node }
            if let left = boxes.compactMap({ $0.map { places[$0].x } }).min() { return left }
          }
          return near.reduce(0) { $0 + places[$1].x } / Double(near.count)
        }
        let placed = spread(row, wanted)
        for (place, x) in zip(row, placed) { places[place].x = x }
      }
    }
  }

  /// Positions in order with gaps, from left to right: where it is wanted, or as near to the right of that as there is
  /// room.
  private func spread(_ row: [Int], _ wanted: [Double]) -> [Double] {
    var positions: [Double] = []
    for (index, place) in row.enumerated() {
      let least = index == 0 ? wanted[0] : positions[index - 1] + places[row[index - 1]].half + places[place].half
      positions.append(max(wanted[index], least))
    }
    return positions
  }
}
