import Faces
import Files
import Imaging
import Inference
import ModelFiles
import Models
import Numerics

extension CraftedModel {
  /// What became of a model file.
  public enum Outcome {
    /// It was not read.
    case refused(FormatError)
    /// It was read, and an engine refused to run it.
    case notRun
    /// It ran.
    case ran
  }

  /// Small enough that thousands of models run.
  public static let limits = ModelLimits(
    nodes: 300, memory: 32 << 20, multiplyAdds: 20_000_000, headerBytes: 1 << 20)

  private static let photo = Image(width: 40, height: 30, channels: 3, pixels: randomPixels([30, 40, 3], seed: 3))

  /// Does with a model file what commands do: reads it, runs it, labels a picture or finds its faces.
  public static func use(_ path: String) -> Outcome {
    let model: LoadedModel
    do { model = try ModelFile.load(path, limits: limits) } catch { return .refused(error) }
    do {
      let description = model.description
      let pixels = randomPixels(description.graph.input, seed: 1)
      let values = try ValueReader(model, threads: 1).values(pixels)
      precondition(values.count == description.graph.nodes.count + 1, "a value of each node")
      let runner = try ModelRunner(model, threads: 2)
      if description.isClassifier {
        _ = PictureClassifier(runner, detector: nil, scope: .main).classify(photo)
      } else if description.detection != nil {
        let detector = try FaceDetector(model, threads: 1)
        _ = detector.faces(in: photo)
        _ = detector.faces(inPhoto: photo)
      } else {
        _ = runner.logits(pixels)
      }
      return .ran
    } catch { return .notRun }
  }
}
