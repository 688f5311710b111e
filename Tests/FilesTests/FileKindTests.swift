import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileKindTests {
  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// Beginnings as other programs write them.
  @Test(arguments: [
    ([0xFF, 0xD8, 0xFF, 0xE0, 0, 16], FileKind.Group.picture, "a JPEG picture"),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .picture, "a PNG picture"),
    (ascii("GIF89a"), .picture, "a GIF picture"),
    (ascii("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 "), .picture, "a WebP picture"),
    (ascii("RIFF\u{1}\u{2}\u{3}\u{4}AVI LIST"), .video, "an AVI video"),
    ([0, 0, 0, 0x18] + ascii("ftypheic\0\0\0\0mif1"), .picture, "a HEIC picture"),
    ([0, 0, 0, 0x18] + ascii("ftypavif"), .picture, "an AVIF picture"),
    ([0, 0, 0, 0x18] + ascii("ftypisom"), .video, "an MP4 video"),
    ([0x1A, 0x45, 0xDF, 0xA3, 1, 0, 0, 0], .video, "a Matroska or WebM video"),
    ([0x1C, 0, 0, 0] + ascii("TFL3"), .foreignModel, "a TensorFlow Lite model"),
    // ir_version 8, producer_name "pytorch".
    ([0x08, 0x08, 0x12, 0x07] + ascii("pytorch"), .foreignModel, "an ONNX model"),
    // ir_version 7, then the graph.
    ([0x08, 0x07, 0x3A, 0xB5, 0x01, 0x0A, 0x2F, 0x0A], .foreignModel, "an ONNX model"),
    // specificationVersion 4, then a description with its first input.
    ([0x08, 0x04, 0x12, 0x20, 0x0A, 0x10, 0x0A, 0x05], .foreignModel, "a Core ML model"),
    ([0x89] + ascii("HDF\r\n\u{1A}\n"), .foreignModel, "an HDF5 file, as Keras writes models (.h5)"),
    (ascii("PK\u{3}\u{4}..........metadata.json........config.json"), .foreignModel, "a Keras model (.keras)"),
    (ascii("PK\u{3}\u{4}.....archive/data.pkl"), .foreignModel, "a PyTorch file"),
    (ascii("PK\u{3}\u{4}.....net/constants.pkl...net/data.pkl"), .foreignModel, "a TorchScript model"),
    (ascii("PK\u{3}\u{4}.....arr_0.npy"), .other, "NumPy arrays (.npz)"),
    (ascii("PK\u{3}\u{4}.....letter.txt"), .archive, "a zip archive"),
    ([0x80, 0x02, 0x8A, 0x0A], .foreignModel, "a Python pickle, as PyTorch writes models"),
    (ascii("7767517\n75 83\n"), .foreignModel, "an ncnn network (.param)"),
    (ascii("name: \"LeNet\"\nlayer {\n"), .foreignModel, "a Caffe network (.prototxt)"),
    ([0x0A, 0x05] + ascii("LeNet") + [0xA2, 0x06, 0x10], .foreignModel, "a Caffe model"),
    ([0x0A, 0xC6, 0x52, 0x08, 0x00, 0x10, 0xFF, 0xFF], .foreignModel, "a PaddlePaddle model"),
    ([0x0A, 0x32, 0x0A, 0x05] + ascii("input\u{12}\u{0B}Placeholder"), .foreignModel, "a TensorFlow graph (.pb)"),
    (ascii("ptrt\u{1}\0\0\0"), .foreignModel, "a TensorRT engine"),
    (ascii("GGUF\u{3}\0\0\0"), .foreignModel, "a GGUF model"),
    (ascii("<?xml version=\"1.0\"?>\n<net name=\"m\" version=\"11\">"), .foreignModel, "an OpenVINO model"),
    (ascii("<!DOCTYPE html><html>"), .text, "a page of HTML or XML"),
    (
      ascii("version https://git-lfs.github.com/spec/v1\n"), .other,
      "a Git LFS pointer, not the file itself ('git lfs pull' fetches it)"
    ),
    (ascii("{\"answers\":{\"pictures\":1024}}"), .companion, "a calibration record of 'glint quantize'"),
    (ascii("{\"answers\":1}"), .text, "JSON"), (ascii("a line of text\n"), .text, "text"),
    ([], .other, "an empty file"), ([0, 1, 2, 3, 4, 5], .other, "a file of no known kind"),
  ])
  func kinds(_ bytes: [UInt8], _ group: FileKind.Group, _ name: String) {
    let kind = FileKind(beginning: bytes)
    #expect(kind.group == group)
    #expect(kind.name == name)
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
