import Files
import Importing
import Testing

@Suite struct OtherFormatTests {
  /// What is no ONNX is told by its content, and answered with how to make ONNX of it.
  @Test func whatToDo() throws {
    let pickle = FileKind(beginning: [0x80, 2, 0x7D, 0x71, 0, 0x2E, 0, 0])
    #expect(OtherFormats.refusal(pickle)?.contains("torch.onnx.export(model, ") ?? false)
    let keras = FileKind(beginning: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(OtherFormats.refusal(keras)?.contains("tools/import-keras FILE -o MODEL") ?? false)
    let png = FileKind(beginning: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(OtherFormats.refusal(png) == "is a PNG picture, and an ONNX or TensorFlow Lite file is wanted here.")
    #expect(OtherFormats.refusal(FileKind(beginning: [8, 8, 0x12, 4, 1, 1, 1, 1, 0x3A])) == nil)
    #expect(OtherFormats.refusal(FileKind(beginning: [0x1C, 0, 0, 0] + Array("TFL3".utf8))) == nil)
  }
}
