import Datasets
import Imaging
import Models
import Threads

/// Pictures as network inputs, with some context around where they will be moved, kept in memory as far as a budget
/// goes.
///
/// Where all fit, they are kept as they enter the network. Otherwise decoded pictures are kept, as many as fit, and
/// resampled each time; the rest is decoded each time.
package final class PictureStore: Sendable {
  let pictures: [Dataset.Picture]
  let preprocessing: Preprocessing
  /// Pixels of context on each side of an input.
  let border: Int
  /// Bytes of one picture with its context.
  let canvasBytes: Int
  private let keepsInputs: Bool
  private let budget: Int
  private let kept: Locked<(entries: [Entry?], bytes: Int)>

  private enum Entry {
    case input([UInt8], Canvas)
    case decoded(Image)
  }

  /// - Parameters:
  ///   - border: pixels of context on each side of an input.
  ///   - budget: bytes of memory for pictures.
  package init(_ pictures: [Dataset.Picture], preprocessing: Preprocessing, border: Int = 0, budget: Int) {
    self.pictures = pictures
    self.preprocessing = preprocessing
    self.border = border
    self.budget = budget
    canvasBytes =
      (preprocessing.width + 2 * border) * (preprocessing.height + 2 * border) * preprocessing.colour.channels
    keepsInputs = pictures.count * canvasBytes <= budget
    kept = Locked(([Entry?](repeating: nil, count: pictures.count), 0))
  }

  /// Writes one picture, `[height + 2 border, width + 2 border, channels]`.
  ///
  /// - Throws: `TrainingError.data` where the file can no longer be read.
  @discardableResult
  func read(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(TrainingError) -> Canvas {
    let entry = kept.withLock { $0.entries[index] }
    let input: [UInt8]
    let canvas: Canvas
    switch entry {
    case .input(let bytes, let geometry): (input, canvas) = (bytes, geometry)
    case .decoded(let image): (input, canvas) = prepared(image, pictures[index].face)
    case nil:
      let image = try decode(index)
      (input, canvas) = prepared(image, pictures[index].face)
      if keepsInputs {
        keep(.input(input, canvas), bytes: input.count, index)
      } else if case .file = pictures[index].source {
        keep(.decoded(image), bytes: image.pixels.count, index)
      }
    }
    input.withUnsafeBufferPointer { pixels.update(from: $0.baseAddress!, count: canvasBytes) }
    return canvas
  }

  /// The input by the sealed rule where no context is asked for; with context, a larger region at nearly its scale.
  private func prepared(_ image: Image, _ face: FaceBox?) -> ([UInt8], Canvas) {
    let rule = preprocessing
    guard border > 0 else {
      return (
        rule.apply(to: image, face: face).pixels, Canvas(height: rule.height, width: rule.width, stepX: 1, stepY: 1)
      )
    }
    let region = rule.region(of: image, face: face)
    let (width, height) = (rule.width + 2 * border, rule.height + 2 * border)
    // Regions have whole pixels: the context is rounded up, and the scale that comes of it told.
    let across = (region.width * border + rule.width - 1) / rule.width
    let down = (region.height * border + rule.height - 1) / rule.height
    let larger = PixelRegion(
      x: region.x - across, y: region.y - down, width: region.width + 2 * across, height: region.height + 2 * down)
    let source = rule.colour == .grey ? image.grey : image
    let made = source.resampled(larger, width: width, height: height)
    func step(_ side: Int, _ added: Int, _ from: Int, _ to: Int) -> Float {
      Float(side * to) / Float(from * (side + 2 * added))
    }
    let canvas = Canvas(
      height: height, width: width, stepX: step(region.width, across, rule.width, width),
      stepY: step(region.height, down, rule.height, height))
    return ((rule.colour == .rgb ? made.rgb : made).pixels, canvas)
  }

  private func decode(_ index: Int) throws(TrainingError) -> Image {
    do { return try pictures[index].image() } catch {
      throw .data(path: pictures[index].name, "could be read before and now cannot: \(error)")
    }
  }

  private func keep(_ entry: Entry, bytes: Int, _ index: Int) {
    kept.withLock { kept in
      guard kept.entries[index] == nil, kept.bytes + bytes <= budget else { return }
      kept.entries[index] = entry
      kept.bytes += bytes
    }
  }
}
