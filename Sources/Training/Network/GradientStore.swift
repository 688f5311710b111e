import FloatRuntime
import Models
import Numerics

extension Network {
  /// Gradients by one value: of the whole batch, or, where maker and readers share a stage, of one image a worker.
  struct GradientStore {
    let buffers: [FloatBuffer]
    let count: Int
    /// A second place for the gradients of a value that several layers read, before they are added up.
    let incoming: [FloatBuffer]

    let isLocal: Bool

    func start(image: Int, worker: Int) -> UnsafeMutablePointer<Float> { place(buffers, image, worker) }
    func incoming(image: Int, worker: Int) -> UnsafeMutablePointer<Float> { place(incoming, image, worker) }

    private func place(_ list: [FloatBuffer], _ image: Int, _ worker: Int) -> UnsafeMutablePointer<Float> {
      isLocal ? list[worker].start : list[0].start + image * count
    }
  }

  /// Steps in runs that one image goes through alone, those that need the whole batch at once being runs of their own.
  /// A step that surveys the batch begins a run.
  static func stages(of steps: [Step]) -> [Range<Int>] {
    var stages: [Range<Int>] = []
    var start = 0
    for (index, step) in steps.enumerated() {
      guard step.survey != nil || step.isBatch else { continue }
      if start < index { stages.append(start..<index) }
      start = index
      guard step.isBatch else { continue }
      stages.append(index..<index + 1)
      start = index + 1
    }
    if start < steps.count { stages.append(start..<steps.count) }
    return stages
  }

  /// By value; nil where no gradient is wanted.
  static func gradientStores(
    _ steps: [Step], _ stages: [Range<Int>], shapes: [Shape], capacity: Int, workers: Int, last: Int,
    inputGradient: Bool
  ) -> [GradientStore?] {
    shapes.indices.map { value in
      let maker = steps.firstIndex { $0.output == value }
      guard maker != nil || (value == 0 && inputGradient) else { return nil }
      let readers = steps.indices.filter { steps[$0].inputs.contains(value) }
      let count = shapes[value].count
      let stage = maker.flatMap { maker in stages.first { $0.contains(maker) } }
      // What a survey makes is looked at in its own stage and again in an earlier one; where one reads, its way back
      // is part of the stage of what it reads.
      let isLocal =
        value != last && value != 0 && !steps[maker!].isBatch && steps[maker!].survey == nil
        && !steps[maker!].layer.keepsGradient
        && readers.allSatisfy { stage!.contains($0) || steps[$0].survey != nil }
      func buffers() -> [FloatBuffer] {
        isLocal ? (0..<workers).map { _ in FloatBuffer(count) } : [FloatBuffer(capacity * count)]
      }
      return GradientStore(
        buffers: buffers(), count: count, incoming: readers.count > 1 ? buffers() : [], isLocal: isLocal)
    }
  }
}
