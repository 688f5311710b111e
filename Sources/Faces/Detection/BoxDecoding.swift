import Imaging
import Models

/// From a detector's output to boxes in pixels of its input, as `Detection` says.
package struct BoxDecoding {
  private let detection: Detection
  private let rows: Int
  private let columns: Int

  package init(detection: Detection, rows: Int, columns: Int) {
    self.detection = detection
    self.rows = rows
    self.columns = columns
  }

  /// Offsets beyond this many sides, and sizes beyond so many octaves from those trained for, are limited: logits may
  /// be anything.
  private static let furthest: Float = 2
  private static let octaves: Float = 2

  /// Whether cells of a mirrored picture lie where cells are: no columns of the input are beside them.
  func isSymmetric(acrossWidth width: Int) -> Bool { columns * detection.stride == width }

  /// The largest logit of "face" of all cells.
  package static func highest<Logits: RandomAccessCollection>(_ logits: Logits) -> Float
  where Logits.Element == Float, Logits.Index == Int {
    stride(from: 0, to: logits.count, by: Detection.channels).reduce(-.infinity) { max($0, logits[$1]) }
  }

  /// Takes the mean of what a network says of a picture and of the mirrored one: each cell with the one that lies on
  /// the same place, whose way across is mirrored too.
  func addMirrored(_ mirrored: [Float], to logits: inout [Float]) {
    for row in 0..<rows {
      for column in 0..<columns {
        let here = (row * columns + column) * Detection.channels
        let there = (row * columns + columns - 1 - column) * Detection.channels
        for channel in 0..<Detection.channels {
          let other = mirrored[there + channel]
          logits[here + channel] = (logits[here + channel] + (channel == 1 ? -other : other)) / 2
        }
      }
    }
  }

  /// Adds the boxes of all cells that reach the threshold, cell after cell, row by row.
  ///
  /// - Parameter logits: `[rows, columns, 4]`.
  package func add(_ logits: [Float], to faces: inout [DetectedFace]) {
    let stride = Float(detection.stride)
    let least = Detection.log2(Float(detection.sides.lowerBound) / Detection.unit) - Self.octaves
    let most = Detection.log2(Float(detection.sides.upperBound) / Detection.unit) + Self.octaves
    for row in 0..<rows {
      for column in 0..<columns {
        let place = (row * columns + column) * Detection.channels
        let score = logits[place]
        // A number that is none reaches nothing.
        guard score >= detection.threshold, score < .infinity else { continue }
        let (dx, dy, size) = (logits[place + 1], logits[place + 2], logits[place + 3])
        guard !dx.isNaN, !dy.isNaN, !size.isNaN else { continue }
        let side = Detection.unit * Detection.exp2(min(max(size, least), most))
        let x = (Float(column) + 0.5) * stride + min(max(dx, -Self.furthest), Self.furthest) * side
        let y = (Float(row) + 0.5) * stride + min(max(dy, -Self.furthest), Self.furthest) * side
        let square = FaceBox(x: x - side / 2, y: y - side / 2, width: side, height: side)
        faces.append(DetectedFace(box: square.narrowed, score: score))
      }
    }
  }
}

extension FaceBox {
  /// The box that is reported for a face of this square: same middle and height, `Detection.aspect` as wide.
  package var narrowed: FaceBox {
    let less = (1 - Detection.aspect) * height
    return FaceBox(x: x + less / 2, y: y, width: width - less, height: height)
  }
}
