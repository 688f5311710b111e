import Camera
import Faces
import Imaging
import Models

/// Decode, find faces, prepare, classify: what happens to one frame. What `glint live` does, and `glint bench --frames`
/// measures. For one thread at a time.
public final class FrameLabeller {
  private var description: ModelDescription
  private var logits: ([UInt8]) -> [Float]
  /// What finds faces, for models that look at them.
  private let finder: FaceFollower?
  private let decoder: FrameDecoder
  private var preprocessor: Preprocessor
  private var grey = Image(width: 1, height: 1, channels: 1, filledWith: 0)
  /// The latest frame, decoded at the least detail that serves.
  private(set) var image = Image(width: 1, height: 1, channels: 3, filledWith: 0)
  /// What the network was given of it, `[height, width, channels]`: of the largest face where there are several.
  private(set) var pixels: [UInt8] = []
  /// The part of `image` that these stand for: the largest face's, or else where one would be looked for.
  private(set) var looked = PixelRegion(x: 0, y: 0, width: 0, height: 0)

  /// The part of `image` that holds decoded pixels.
  private(set) var decoded = PixelRegion(x: 0, y: 0, width: 0, height: 0)

  /// Names the part of a frame of so many columns and rows that is labelled as if it were the frame, where faces are
  /// not looked for; nil for all of it.
  public var region: (_ width: Int, _ height: Int) -> FrameRegion? = { _, _ in nil }
  /// Where pictures of what is labelled are kept too, the pixels of their longer side: `image` then has as many, and
  /// all columns.
  public var keptPixels: Int?
  /// The labelled part of the latest frame, where it is not all.
  private var part = Image(width: 1, height: 1, channels: 3, filledWith: 0)

  /// - Parameters:
  ///   - description: of the model.
  ///   - follower: finds the faces of each frame and knows them again; without one, the part of the frame that the
  ///     model's rule names for pictures without a face counts as the only one.
  ///   - logits: the network: logits of pixels `[height, width, channels]`.
  public init(
    _ description: ModelDescription, follower: FaceFollower? = nil, logits: @escaping ([UInt8]) -> [Float]
  ) throws(ImageError) {
    self.description = description
    finder = follower
    self.logits = logits
    decoder = try FrameDecoder()
    preprocessor = Preprocessor(description.preprocessing)
  }

  private var follower: FaceFollower? { description.preprocessing.cropsToFaces ? finder : nil }

  /// Labels with another model from the next frame on. Faces are still followed; what was said of them is forgotten.
  func use(_ description: ModelDescription, logits: @escaping ([UInt8]) -> [Float]) {
    self.description = description
    self.logits = logits
    preprocessor = Preprocessor(description.preprocessing)
    finder?.forgetAnswers()
  }

  /// Labels the faces of a frame.
  ///
  /// - Returns: labels and the times of all stages; `dropped` and `fault` are left to who knows of other frames.
  /// - Throws: `ImageError` where the frame does not decode.
  public func label(_ frame: Frame) throws(ImageError) -> LabelledFrame {
    var times = StageTimes()
    var mark = monotonicNow()
    func lap() -> UInt64 {
      let now = monotonicNow()
      defer { mark = now }
      return now - mark
    }
    // A recording's times are its own: its frames are as old as they were read.
    let taken = frame.position == nil ? frame.nanoseconds : frame.receivedNanoseconds
    times.capture = frame.receivedNanoseconds - min(taken, frame.receivedNanoseconds)
    times.queue = mark - min(frame.receivedNanoseconds, mark)
    let (width, height) = try decode(frame)
    let drawn = follower == nil ? region(width, height)?.pixels(ofWidth: image.width, height: image.height) : nil
    if let drawn { image.cut(drawn, into: &part) }
    times.decode = lap()

    // Detector and classifier mostly read grey: it is made once.
    let wantsGrey = description.preprocessing.colour == .grey
    if follower != nil, wantsGrey || follower?.colour == .grey { image.makeGrey(&grey) }
    let found = follower?.faces(in: follower?.colour == .grey ? grey : image, at: frame.nanoseconds)
    times.detect = lap()

    var faces: [LabelledFace] = []
    let factor = Float(width) / Float(image.width * image.reduction)
    // The largest last: its pixels stay, to be looked at.
    for face in (found ?? [nil] as [FaceTrack?]).reversed() {
      let seen = follower != nil && wantsGrey ? grey : drawn == nil ? image : part
      preprocessor.apply(to: seen, face: face?.box, into: &pixels)
      times.prepare += lap()
      let output = logits(pixels)
      let now = description.probabilities(logits: output)
      let said = face.flatMap { follower?.label(now, ofFace: $0.number, by: description) }
      let box = face?.box ?? centre(of: drawn)
      faces.append(
        LabelledFace(
          box: box.scaled(by: factor),
          track: face?.number ?? 0, logits: output, probabilities: said?.probabilities ?? now,
          answer: said?.answer ?? description.answer(now)))
      times.classify += lap()
    }
    faces.reverse()
    looked = looked(in: drawn, face: found?.first?.box)
    times.glassToLabel = monotonicNow() - taken
    return LabelledFrame(
      sequence: frame.sequence, nanoseconds: frame.nanoseconds, position: frame.position, file: frame.file,
      width: width, height: height, faces: faces, times: times, dropped: 0)
  }

  /// Decodes at the least detail that serves; the frame's full size.
  private func decode(_ frame: Frame) throws(ImageError) -> (width: Int, height: Int) {
    // A face may be anywhere and small: with a finder, all is needed. Pictures of files may be of any size and turned.
    guard follower == nil, frame.file == nil else {
      try decoder.decode(frame, into: &image)
      decoded = PixelRegion(x: 0, y: 0, width: image.width, height: image.height)
      return (image.width * image.reduction, image.height * image.reduction)
    }
    let drawn = region(frame.width, frame.height)
    let part = drawn?.pixels(ofWidth: frame.width, height: frame.height)
    let (width, height) = (part?.width ?? frame.width, part?.height ?? frame.height)
    let scale = preprocessor.scale(forWidth: width, height: height, keeping: keptPixels ?? 0)
    let columns = drawn == nil && keptPixels == nil ? preprocessor.rule : nil
    try decoder.decode(frame, scale: scale, columnsFor: columns, into: &image)
    decoded =
      columns?.region(of: image) ?? PixelRegion(x: 0, y: 0, width: image.width, height: image.height)
    guard scale != .full else { return (image.width * image.reduction, image.height * image.reduction) }
    return (frame.width, frame.height)
  }

  /// What the network reads, in pixels of `image`.
  private func looked(in drawn: PixelRegion?, face: FaceBox? = nil) -> PixelRegion {
    guard let drawn else { return description.preprocessing.region(of: image, face: face) }
    var region = description.preprocessing.region(of: part)
    (region.x, region.y) = (region.x + drawn.x, region.y + drawn.y)
    return region
  }

  /// The region that stands for the face where there is no finder, as a detector would tell it.
  private func centre(of drawn: PixelRegion?) -> FaceBox {
    let region = looked(in: drawn)
    let box = FaceBox(
      x: Float(region.x), y: Float(region.y), width: Float(region.width), height: Float(region.height))
    return box.scaled(by: Float(image.reduction))
  }
}
