import Camera
import Inference
import Live
import ModelFiles
import Models
import Numerics
import RenderedFaces

/// The demo's last step: the first camera's frames, or those of a rendered one, labelled for some seconds.
struct DemoLive {
  let title: String
  let summary: LiveSummary

  /// Labels frames and shows them.
  init(_ model: QuantizedModel, seconds: Double, rendered: Bool, threads: Int, quiet: Bool) throws {
    let runner = try ModelRunner(.int8(model), threads: threads)
    let source = Self.source(rendered: rendered)
    title = source.title
    Interruption.listen()
    let stop = StopSignal { Interruption.isAsked }
    let pipeline = try LivePipeline(source: source, description: model.description) { runner.logits($0) }
    var screen = LiveScreen(model.description, json: false)
    if !quiet { screen.begin(source.title) }
    summary = pipeline.run(
      .init(seconds: seconds), stop: stop, notify: { screen.show($0) },
      publish: { if !quiet { screen.show($0) } })
    if !quiet { screen.end(summary) }
  }

  /// The first camera, else a rendered person; says why where there is a camera that cannot be used.
  private static func source(rendered: Bool) -> any FrameSource {
    if !rendered, let path = CaptureDevice.first() {
      do {
        return try CameraSource(path)
      } catch {
        printError("\(error) A rendered camera serves instead.")
      }
    }
    let scene = RenderedScene(seed: 1, width: 640, height: 480)
    return PaintedSource(title: "a rendered person, \(scene.width) x \(scene.height)") {
      scene.frame(at: $0).image
    }
  }

  /// What was labelled and how fast, in a sentence.
  var sentence: String {
    let rate = summary.seconds > 0 ? Double(summary.labelled) / summary.seconds : 0
    return "\(summary.labelled) frames of \(title), labelled at \(fixed(rate)) a second."
  }
}
