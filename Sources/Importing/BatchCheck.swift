import ONNXFiles

// Glint computes one picture at a time. Of a file that says how many it computes at once, a network that treats each
// alike is imported for one; what takes several together would give something else.
extension InputPlan {
  /// - Parameters:
  ///   - output: as the file tells of it.
  ///   - extents: the output's of one picture, in the file's order.
  /// - Throws: `Refusal` where these are not those of the file's batch with one picture in place of all.
  func checkBatch(of output: ONNXValueInfo, _ extents: [Int]) throws(Refusal) {
    guard batch > 1 else { return }
    let said = output.dimensions
    let fits = said.map { $0.count == extents.count && Self.isExtent($0.first, batch) } ?? true
    guard extents.first != 1 || !fits else { return }
    let own = extents.isEmpty ? "a single number" : extents.extents
    throw Refusal(
      "the output '\(output.name)' is \(own) for one picture"
        + (said == nil ? "" : " and \(output.shapeText) in the file")
        + ", which computes a batch of \(batch): something takes the pictures of a batch together",
      advice: "export the network with a batch of 1")
  }

  /// Whether an extent may be that number.
  private static func isExtent(_ dimension: ONNXValueInfo.Dimension?, _ number: Int) -> Bool {
    if case .fixed(let extent)? = dimension { extent == number } else { true }
  }
}
