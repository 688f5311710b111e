import Camera
import Imaging
import Live
import Models
import Numerics
import TestSupport
import Testing

/// A camera of which no frame is good.
@Suite struct DamagedSourceTests {
  /// Counts a damaged frame each time it is asked, and gives none.
  private final class Broken: FrameSource {
    let title = "broken"
    private(set) var losses = FrameLosses()

    func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome {
      losses.damaged += 1
      return .nothing
    }
  }

  @Test func everyFrameThatWasDamagedIsCounted() throws {
    let graph = Graph.happySad(input: [32, 32, 3])
    let description = ModelDescription(
      graph: graph, preprocessing: Preprocessing(width: 32, height: 32), labels: ["happy", "sad"])
    let pipeline = try LivePipeline(source: Broken(), description: description) { _ in [0] }
    let summary = pipeline.run(.init(seconds: 0.05), stop: StopSignal(), notify: { _ in }, publish: { _ in })
    #expect(summary.labelled == 0 && summary.damaged > 0)
  }
}
