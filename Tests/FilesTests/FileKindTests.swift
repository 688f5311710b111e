import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileKindTests {
  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// The first box of what ISO's base media format holds.
  private static func box(_ text: String) -> [UInt8] { [0, 0, 0, 0x18] + Array(text.utf8) }

  /// Beginnings as other programs write them. (Their type is said so that older compilers find it in time.)
  private static let beginnings: [([UInt8], FileKind.Group, String)] = [
    ([0xFF, 0xD8, 0xFF, 0xE0, 0, 16], .picture, "a JPEG picture"),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .picture, "a PNG picture"),
    (ascii("GIF89a\u{10}\0\u{10}\0"), .picture, "a GIF picture"),
    (ascii("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 "), .picture, "a WebP picture"),
    (ascii("RIFF\u{1}\u{2}\u{3}\u{4}AVI LIST"), .video, "an AVI video"),
    (box("ftypheic\0\0\0\0mif1"), .picture, "a HEIC picture"),
    (box("ftypavif"), .picture, "an AVIF picture"),
    (box("ftypisom"), .video, "an MP4 video"),
    ([0x1A, 0x45, 0xDF, 0xA3, 1, 0, 0, 0], .video, "a Matroska or WebM video"),
    // The first bytes of archives, without the directory at their end.
    (
      Array(ZipWriter([.init("metadata.json", []), .init("config.json", [])]).bytes[..<90]), .foreignModel,
      "a Keras model (.keras)"
    ),
    (Array(ZipWriter([.init("arr_0.npy", [1])]).bytes[..<40]), .other, "NumPy arrays (.npz)"),
    (Array(ZipWriter([.init("letter.txt", [1])]).bytes[..<41]), .archive, "a zip archive"),
    (ascii("<!DOCTYPE html><html>"), .text, "a page of HTML or XML"),
    (
      ascii("version https://git-lfs.github.com/spec/v1\n"), .other,
      "a Git LFS pointer, not the file itself ('git lfs pull' fetches it)"
    ),
    (ascii("{\"answers\":{\"pictures\":1024}}"), .companion, "a calibration record of 'glint quantize'"),
    (ascii("{\"answers\":1}"), .text, "JSON"), (ascii("a line of text\n"), .text, "text"),
    // Letters of signatures in text.
    (ascii("# A wider net\n"), .text, "text"), (ascii("Two moovie"), .text, "text"),
    (ascii("The ftyp isom"), .text, "text"),
    (ascii("GIF8 and GIF9\n"), .text, "text"), (ascii("GGUF files\n"), .text, "text"),
    (ascii("BELFRY\n"), .text, "text"),
    (ascii("7zip'd\n"), .text, "text"), (ascii("RIFF and WEBP\n"), .text, "text"),
    (ascii("conv ET12\n"), .text, "text"),
    (ascii("8BPSé"), .text, "text"),
    ([], .other, "an empty file"), ([0, 1, 2, 3, 4, 5], .other, "a file of no known kind"),
  ]

  @Test(arguments: beginnings)
  func kinds(_ bytes: [UInt8], _ group: FileKind.Group, _ name: String) {
    let kind = FileKind(beginning: bytes)
    #expect(kind.group == group)
    #expect(kind.name == name)
  }

  /// What other programs write is known with its format, and answered with what makes a model of it.
  @Test(arguments: ForeignFile.all)
  func modelsOfOtherPrograms(_ file: ForeignFile) throws {
    let folder = try TemporaryFolder()
    let kind = try FileKind(path: try file.written(to: folder))
    #expect(kind.group == .foreignModel && kind.name == file.kind, "\(file.name): \(kind.name)")
    let advice = try #require(kind.advice, "\(file.name)")
    #expect(advice.contains(file.advice), "\(file.name): \(advice)")
    #expect(kind.refusalAsModel == "is \(kind.name). Glint runs its own models only: \(advice)")
    let isRead = file.name.hasSuffix(".onnx") || file.name.hasSuffix(".tflite")
    #expect(kind.refusalAsNetwork == (isRead ? nil : "is \(kind.name): \(advice)"))
  }

  /// Weights lie before the names of an archive's other members, and may themselves be an archive.
  @Test func archivesAreKnownByTheirDirectory() throws {
    let folder = try TemporaryFolder()
    let weights = [UInt8](repeating: 7, count: 10_000)
    let script = ZipWriter([
      .init("net/data/0", weights), .init("net/data.pkl", [1]), .init("net/constants.pkl", [1]),
    ])
    #expect(try FileKind(path: folder.write(script.bytes, as: "a")).name == "a TorchScript model")
    let inner = ZipWriter([.init("model/data.pkl", [1])])
    let program = ZipWriter([
      .init("net/data/sample_inputs/model.pt", inner.bytes), .init("net/data/weights/weight_0", weights),
      .init("net/models/model.json", [1]), .init("net/archive_format", [1]),
    ])
    #expect(try FileKind(path: folder.write(program.bytes, as: "b")).name == "a program of torch.export (.pt2)")
    // A damaged end leaves the first names.
    let broken = ZipWriter([.init("net/data.pkl", [1]), .init("net/data/0", weights)]).bytes.dropLast(30)
    #expect(try FileKind(path: folder.write(Array(broken), as: "c")).name == "a PyTorch file")
    let index = [UInt8](repeating: 0, count: 40) + [0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB]
    #expect(try FileKind(path: folder.write(index, as: "d")).name == "a TensorFlow checkpoint")
  }

  @Test func whatIsNotWanted() throws {
    let folder = try TemporaryFolder()
    let picture = try folder.write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], as: "a.onnx")
    let text = try folder.write(Self.ascii("a line"), as: "a.txt")
    #expect(
      FileKind.refusal(of: picture, wanting: "a table", among: [.text])
        == "is a PNG picture, and a table is wanted here")
    #expect(FileKind.refusal(of: text, wanting: "a table", among: [.text]) == nil)
    #expect(FileKind.refusal(of: folder.path("gone"), wanting: "a table", among: [.text]) == nil)
    #expect(
      try FileKind(path: picture).refusalAsNetwork
        == "is a PNG picture, and an ONNX or TensorFlow Lite file is wanted here")
  }

  /// No beginning, however short or odd, is read beyond.
  @Test func everyShortBeginning() {
    for first in 0...255 {
      for second in [0, 8, 0x0A, 0x12, 0x4B, 0x7F, 0x80, 0xFF] as [UInt8] {
        for length in 0...12 {
          let bytes = [UInt8(first), second] + [UInt8](repeating: second, count: length)
          #expect(!FileKind(beginning: Array(bytes.prefix(length))).name.isEmpty)
        }
      }
    }
  }

  @Test func whatIsNoFile() throws {
    let folder = try TemporaryFolder()
    #expect(try FileKind(path: folder.path("")).group == .folder)
    #expect(try FileKind(path: "/dev/null").name == "a device")
    // Reading it would wait for ever.
    mkfifo(folder.path("pipe"), 0o600)
    #expect(try FileKind(path: folder.path("pipe")).name == "a named pipe")
    let error = caught(FileError.self) { try FileKind(path: folder.path("gone")) }
    #expect(error?.path == folder.path("gone"))
  }
}
