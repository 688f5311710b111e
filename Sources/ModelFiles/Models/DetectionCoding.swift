import Files
import Models

/// How a detection network's box coding stands in the metadata.
extension DescriptionCoding {
  static func encode(_ detection: Detection) -> JSONValue {
    .object([
      .init("stride", .integer(detection.stride)),
      // Thousandths of a logit: Embedded Swift has no text of fractions.
      .init("threshold_thousandths", .integer(Int((detection.threshold * 1000).rounded()))),
      .init("overlap_percent", .integer(detection.overlapPercent)),
      .init("smallest_side", .integer(detection.sides.lowerBound)),
      .init("largest_side", .integer(detection.sides.upperBound)),
    ])
  }

  static func decodeDetection(_ json: JSONValue, graph: Graph, path: String) throws(FormatError) -> Detection {
    func failure(_ reason: String) -> FormatError { FormatError(path: path, place: "detection", reason: reason) }
    guard let stride = json["stride"]?.integer, (1...256).contains(stride) else { throw failure("no sound stride") }
    guard let threshold = json["threshold_thousandths"]?.integer, Detection.thresholds.contains(threshold) else {
      throw failure("no sound threshold")
    }
    guard let overlap = json["overlap_percent"]?.integer, (1...99).contains(overlap) else {
      throw failure("no sound overlap")
    }
    guard let smallest = json["smallest_side"]?.integer, let largest = json["largest_side"]?.integer, smallest > 0,
      smallest <= largest, largest <= 1 << 16
    else { throw failure("no sound sides") }
    let known = ["stride", "threshold_thousandths", "overlap_percent", "smallest_side", "largest_side"]
    if let member = json.member(besides: known) { throw failure("the member '\(member)' is not known to this version") }
    let detection = Detection(
      stride: stride, threshold: Float(threshold) / 1000, overlapPercent: overlap, sides: smallest...largest)
    guard graph.outputs.count == 1, let shapes = try? graph.shapes(),
      shapes[graph.outputs[0].value] == detection.output(of: graph.input)
    else { throw failure("does not fit the graph's output") }
    return detection
  }
}
