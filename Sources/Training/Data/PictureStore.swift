import Foundation
import Graphs
import Imaging

/// Pictures as network inputs, kept in memory as far as a budget goes.
///
/// Where all inputs fit, they are kept as they enter the network. Otherwise decoded pictures are kept, as many as fit,
/// and resampled each time; the rest is decoded each time.
final class PictureStore: Sendable {
  let pictures: [Dataset.Picture]
  let preprocessing: Preprocessing
  /// Bytes of one input.
  let inputBytes: Int
  private let keepsInputs: Bool
  private let budget: Int
  private let kept: LockedBox<(entries: [Entry?], bytes: Int)>

  private enum Entry {
    case input([UInt8])
    case decoded(Image)
  }

  init(_ pictures: [Dataset.Picture], preprocessing: Preprocessing, budget: Int) {
    self.pictures = pictures
    self.preprocessing = preprocessing
    self.budget = budget
    inputBytes = preprocessing.width * preprocessing.height * preprocessing.colour.channels
    keepsInputs = pictures.count * inputBytes <= budget
    kept = LockedBox(([Entry?](repeating: nil, count: pictures.count), 0))
  }

  /// Writes one input, `[height, width, channels]`.
  ///
  /// - Throws: `TrainingError.data` where the file can no longer be read.
  func read(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(TrainingError) {
    let entry = kept.update { $0.entries[index] }
    let input: [UInt8]
    switch entry {
    case .input(let bytes): input = bytes
    case .decoded(let image): input = preprocessing.apply(to: image, face: pictures[index].face).pixels
    case nil:
      let image = try decode(index)
      input = preprocessing.apply(to: image, face: pictures[index].face).pixels
      if case .file = pictures[index].source { keep(keepsInputs ? .input(input) : .decoded(image), index) }
      if keepsInputs, case .image = pictures[index].source { keep(.input(input), index) }
    }
    input.withUnsafeBufferPointer { pixels.update(from: $0.baseAddress!, count: inputBytes) }
  }

  private func decode(_ index: Int) throws(TrainingError) -> Image {
    switch pictures[index].source {
    case .image(let image): return image
    case .file(let path):
      do { return try ImageDecoder.decode(path: path) } catch {
        throw .data(path: path, "could be read before and now cannot: \(error)")
      }
    }
  }

  private func keep(_ entry: Entry, _ index: Int) {
    let bytes =
      switch entry {
      case .input(let input): input.count
      case .decoded(let image): image.pixels.count
      }
    kept.update { kept in
      guard kept.entries[index] == nil, kept.bytes + bytes <= budget else { return }
      kept.entries[index] = entry
      kept.bytes += bytes
    }
  }
}
