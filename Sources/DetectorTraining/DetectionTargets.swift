import Imaging
import Models

/// What each cell of a detection network's output shall say of one picture.
package struct DetectionTargets {
  /// Says whether a cell is asked for a face: 1 a face, 0 none, -1 either.
  package private(set) var scores: [Int8]
  /// How much a cell's score counts, where it is a face.
  package private(set) var faceWeights: [Float]
  /// How much a cell's box counts.
  package private(set) var boxWeights: [Float]
  /// `[cells][3]`: way to the face's middle in its sides, across and down, and log2(side / `Detection.unit`).
  package private(set) var boxes: [Float]

  private let rows: Int
  private let columns: Int
  private let stride: Float

  /// - Parameters:
  ///   - rows, columns: cells.
  ///   - stride: pixels from one to the next.
  package init(rows: Int, columns: Int, stride: Int) {
    (self.rows, self.columns, self.stride) = (rows, columns, Float(stride))
    scores = []
    (faceWeights, boxWeights, boxes) = ([], [], [])
  }

  /// Sets the targets of a picture.
  ///
  /// Cells near a face's middle are faces: within 0.15 of its side, and at least the one whose middle is nearest. Cells
  /// around those, up to 0.35 of the side, may say either, but if they say "face" their box shall be right, so their
  /// box counts a little. All other cells are no face, but for those in ignored places.
  ///
  /// - Parameters:
  ///   - faces: squares, in pixels.
  ///   - ignored: where nothing is asked.
  package mutating func set(faces: [FaceBox], ignored: [FaceBox]) {
    let count = rows * columns
    scores = [Int8](repeating: 0, count: count)
    faceWeights = [Float](repeating: 0, count: count)
    boxWeights = [Float](repeating: 0, count: count)
    boxes = [Float](repeating: 0, count: 3 * count)
    for box in ignored {
      forCells(around: box.x + box.width / 2, box.y + box.height / 2, box.width / 2, box.height / 2) { cell, _, _ in
        scores[cell] = -1
      }
    }
    // Small faces last: where two lie over each other, the smaller is in front or has fewer cells to spare.
    for face in faces.sorted(by: { $0.width > $1.width }) {
      let (x, y, side) = (face.x + face.width / 2, face.y + face.height / 2, face.width)
      let core = max(stride * 0.501, 0.15 * side), ring = max(stride * 1.3, 0.35 * side)
      let size = Detection.log2(side / Detection.unit)
      func aim(_ cell: Int, _ across: Float, _ down: Float) {
        boxes[3 * cell] = across / side
        boxes[3 * cell + 1] = down / side
        boxes[3 * cell + 2] = size
      }
      forCells(around: x, y, ring, ring) { cell, across, down in
        guard scores[cell] != 1 || side < sideAimed(cell) else { return }
        scores[cell] = -1
        boxWeights[cell] = 0.2
        aim(cell, across, down)
      }
      var cells: [Int] = []
      forCells(around: x, y, core, core) { cell, across, down in
        cells.append(cell)
        aim(cell, across, down)
      }
      // Large faces have many cells and count more than small ones, but not as much more.
      let weight = min(1, 4 / Float(max(1, cells.count)))
      for cell in cells {
        scores[cell] = 1
        faceWeights[cell] = weight
        boxWeights[cell] = weight
      }
    }
  }

  private func sideAimed(_ cell: Int) -> Float { Detection.unit * Detection.exp2(boxes[3 * cell + 2]) }

  /// Calls `body` with each cell whose middle is within a distance across and down, and the way from it to the place.
  private func forCells(
    around x: Float, _ y: Float, _ across: Float, _ down: Float, _ body: (Int, Float, Float) -> Void
  ) {
    func range(_ middle: Float, _ reach: Float, _ limit: Int) -> Range<Int> {
      let low = ((middle - reach) / stride - 0.5).rounded(.up), high = ((middle + reach) / stride - 0.5).rounded(.down)
      let first = max(0, Int(max(-1, min(low, 1e6)))), last = min(limit - 1, Int(max(-1, min(high, 1e6))))
      return first <= last ? first..<last + 1 : 0..<0
    }
    for row in range(y, down, rows) {
      for column in range(x, across, columns) {
        body(row * columns + column, x - (Float(column) + 0.5) * stride, y - (Float(row) + 0.5) * stride)
      }
    }
  }
}
