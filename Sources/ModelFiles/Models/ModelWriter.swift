import Models

extension ModelFile {
  /// The content of a model's file: description, tensors of each node that has parameters, those of values, samples.
  ///
  /// - Parameters:
  ///   - version: of the layout.
  ///   - parameters: one entry a node, nil for nodes without.
  ///   - add: adds a node's tensors under its name.
  ///   - values: adds what is known of values.
  static func writer<Parameters>(
    _ description: ModelDescription, kind: String, version: String = DescriptionCoding.formatVersion,
    _ parameters: [Parameters?], _ golden: [GoldenSample],
    add: (_ node: String, Parameters, inout SafetensorsWriter) -> Void,
    values: (inout SafetensorsWriter) -> Void = { _ in }
  ) -> SafetensorsWriter {
    var writer = SafetensorsWriter()
    for entry in DescriptionCoding.texts(description, kind: kind, version: version) {
      writer.add(metadata: entry.key, entry.text)
    }
    for case (let node, let parameters?) in zip(description.graph.nodes, parameters) {
      add(node.name, parameters, &writer)
    }
    values(&writer)
    self.add(golden: golden, input: description.graph.input, to: &writer)
    return writer
  }
}
