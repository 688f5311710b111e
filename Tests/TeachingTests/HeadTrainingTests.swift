import Teaching
import Testing

/// Learning a head on features.
@Suite struct HeadTrainingTests {
  /// Three classes, told apart by which of three features is large.
  private func examples(_ count: Int, classes: Int) -> HeadTraining.Examples {
    var examples = HeadTraining.Examples()
    for picture in 0..<count {
      let label = picture % classes
      for feature in 0..<9 {
        let noise = Float((picture * 31 + feature * 17) % 13) / 26
        examples.features.append(feature % classes == label ? 1 + noise : noise)
      }
      for other in 0..<max(2, classes) { examples.targets.append(other == label ? 1 : 0) }
      examples.weights.append(1 / Float(count))
    }
    return examples
  }

  @Test(arguments: [1, 3]) func learnsWhatFeaturesTell(logits: Int) {
    let classes = max(2, logits), data = examples(60, classes: classes)
    let start = Head(
      weight: [Float](repeating: 0, count: logits * 9), bias: [Float](repeating: 0, count: logits))
    let head = HeadTraining().learn(start, own: data, general: .init(), count: 9)
    for picture in 0..<60 {
      #expect(head.logits(data.features[picture * 9..<(picture + 1) * 9]).answer == picture % classes)
    }
  }

  /// What others look like holds the head where it was for them.
  @Test func othersHoldTheHead() {
    let data = examples(60, classes: 3)
    let trained = Head(
      weight: (0..<27).map { $0 / 9 == $0 % 9 % 3 ? 3 : 0 }, bias: [0, 0, 0])
    // Somebody of whom all pictures are class 2, and look like class 0 with one feature more.
    var own = HeadTraining.Examples()
    for picture in stride(from: 0, to: 60, by: 3) {
      var features = Array(data.features[picture * 9..<(picture + 1) * 9])
      features[8] = 2
      own.features += features
      own.targets += [0, 0, 1]
      own.weights.append(1.0 / 20)
    }
    var others = data
    for picture in 0..<60 { others.weights[picture] = 1.0 / 60 }
    let head = HeadTraining().learn(trained, own: own, general: others, count: 9)
    for picture in 0..<60 {
      #expect(head.logits(data.features[picture * 9..<(picture + 1) * 9]).answer == picture % 3)
    }
    for picture in 0..<20 { #expect(head.logits(own.features[picture * 9..<(picture + 1) * 9]).answer == 2) }
  }

  @Test func cancellingGivesWhatThereIs() {
    let start = Head(weight: [Float](repeating: 0.5, count: 27), bias: [0, 0, 0])
    let head = HeadTraining().learn(
      start, own: examples(9, classes: 3), general: .init(), count: 9, isCancelled: { true })
    #expect(head.weight == start.weight && head.logits([Float](repeating: 1, count: 9)[...]) == [4.5, 4.5, 4.5])
  }
}
