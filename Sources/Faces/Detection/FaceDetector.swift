import Imaging
import Models
import Numerics

/// Finds faces with a detection network. For one thread at a time.
public final class FaceDetector {
  /// Runs the network: pixels `[height, width, channels]`, and room for the logits `[rows, columns, 4]`.
  public typealias Network = (_ pixels: [UInt8], _ logits: inout [Float]) -> Void

  /// The side of the smallest faces that are wanted of photos, in pixels of the decoded photo. Less takes more windows,
  /// and with them more time and more chances to imagine a face.
  public var smallestInPhotos = PhotoWindows.defaultSmallest
  /// The network's input and output.
  public let description: ModelDescription
  let detection: Detection
  private let decoding: BoxDecoding
  private let preprocessor: Preprocessor
  private let network: Network
  private(set) var pixels: [UInt8] = []
  private var logits: [Float]
  private var mirroredLogits: [Float]
  private var candidates: [DetectedFace] = []
  private var found: [DetectedFace] = []

  /// More faces than this are not found in a frame.
  public static let mostInFrame = 64

  /// - Parameters:
  ///   - description: of a model with `detection`.
  ///   - network: runs it.
  /// - Throws: `FaceDetectorError` for a model that finds no faces.
  public init(_ description: ModelDescription, network: @escaping Network) throws(FaceDetectorError) {
    guard let detection = description.detection else {
      throw FaceDetectorError(reason: "the model names classes; it finds no faces")
    }
    let shape = detection.output(of: description.graph.input)
    guard description.graph.outputs.count == 1, let shapes = try? description.graph.shapes(),
      shapes[description.graph.outputs[0].value] == shape
    else { throw FaceDetectorError(reason: "the network's output is not \(shape)") }
    self.description = description
    self.detection = detection
    self.network = network
    decoding = BoxDecoding(detection: detection, rows: shape[0], columns: shape[1])
    preprocessor = Preprocessor(description.preprocessing)
    logits = [Float](repeating: 0, count: shape.count)
    mirroredLogits = logits
    candidates.reserveCapacity(shape.count / Detection.channels)
    found.reserveCapacity(Self.mostInFrame)
  }

  /// The faces of a frame, the surest first, from one look at all of it: those that are large enough there, in pixels
  /// of the whole picture (see `Image.reduction`). Allocates nothing but the result once it has seen a frame of the
  /// size.
  public func faces(in frame: Image) -> [DetectedFace] {
    preprocessor.apply(to: frame, into: &pixels)
    look(region: preprocessor.rule.region(of: frame)) { _ in true }
    Suppression.keepBest(
      of: &candidates, overlap: Float(detection.overlapPercent) / 100, most: Self.mostInFrame, in: &found)
    Self.enlarge(&found, by: frame.reduction)
    return found
  }

  /// The faces of a photo, the surest first: all of it is looked at as a frame, and then, as long as the photo has the
  /// detail, its parts (see `PhotoWindows`), so that small faces of large photos are found too, down to
  /// `smallestInPhotos`. Where something might be a face, the same is looked at mirrored, and the mean of both counts:
  /// at one false box in 100 pictures without faces the detector that comes along so finds 2 % more of the faces.
  public func faces(inPhoto photo: Image) -> [DetectedFace] {
    let rule = preprocessor.rule
    let source = rule.colour == .grey ? photo.grey : photo.rgb
    let whole = rule.region(of: photo)
    let overlap = Float(detection.overlapPercent) / 100
    var all: [DetectedFace] = [], faces: [DetectedFace] = []
    let (width, height, smallest) = (photo.width, photo.height, smallestInPhotos)
    for window in PhotoWindows.of(width: width, height: height, whole: whole, detection, rule, smallest) {
      pixels = source.resampled(window.region, width: rule.width, height: rule.height).pixels
      look(region: window.region, isPhoto: true, where: window.accepts)
      Suppression.keepBest(of: &candidates, overlap: overlap, most: Self.mostInFrame, in: &found)
      all += found
    }
    Suppression.keepBest(of: &all, overlap: overlap, most: Self.mostInPhoto, in: &faces)
    Self.enlarge(&faces, by: photo.reduction)
    return faces
  }

  /// From pixels of a picture that was decoded smaller to those of the whole one.
  private static func enlarge(_ faces: inout [DetectedFace], by reduction: Int) {
    guard reduction > 1 else { return }
    for index in faces.indices { faces[index].box = faces[index].box.scaled(by: Float(reduction)) }
  }

  /// More faces than this are not found in a photo.
  public static let mostInPhoto = 1000

  /// A logit from which on something in a photo is worth a second look: what the mean of two looks makes a face is, at
  /// least in one, nearly always above it.
  private static let doubt: Float = -2

  /// Runs the network on `pixels` and leaves its candidates, in pixels of the picture of which `region` was looked at.
  private func look(region: PixelRegion, isPhoto: Bool = false, where isWanted: (FaceBox) -> Bool) {
    network(pixels, &logits)
    if isPhoto, decoding.isSymmetric(acrossWidth: preprocessor.rule.width), BoxDecoding.highest(logits) > Self.doubt {
      preprocessor.rule.mirror(&pixels)
      network(pixels, &mirroredLogits)
      decoding.addMirrored(mirroredLogits, to: &logits)
    }
    candidates.removeAll(keepingCapacity: true)
    decoding.add(logits, to: &candidates)
    let across = Float(region.width) / Float(preprocessor.rule.width)
    let down = Float(region.height) / Float(preprocessor.rule.height)
    for index in candidates.indices {
      let box = candidates[index].box
      candidates[index].box = FaceBox(
        x: Float(region.x) + box.x * across, y: Float(region.y) + box.y * down, width: box.width * across,
        height: box.height * down)
    }
    candidates.removeAll { !isWanted($0.box) }
  }
}

/// A model that cannot serve as a face detector.
public struct FaceDetectorError: Error, Equatable, CustomStringConvertible, Sendable {
  /// Why.
  public let reason: String

  /// The reason.
  public var description: String { reason }
}
