// The smallest classifier: a model file and raw pixels in, labels with probabilities, the answer and the logits out.
//
// It stands on the runtime alone, without Foundation and the rest of Glint, so that it also compiles as Embedded Swift
// and is then one small static program. `tools/check-embedded` builds it so.
import CProgram
import Files
import ModelFiles
import Models
import Numerics
import Runtime

let usage = """
  usage: embedded-classifier MODEL [PIXELS]

  MODEL is an int8 model file, PIXELS a file of [height][width][channels] bytes as the model reads them. Without PIXELS
  the model's own test picture is classified, and its logits are held against those in the file.
  """

func fail(_ message: String, status: Int32) -> Never {
  cp_print_error("embedded-classifier: \(message)\n")
  cp_exit(status)
}

/// The shortest text that reads back as the same number.
func text(_ number: Float) -> String {
  let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: 32)
  defer { bytes.deallocate() }
  cp_float_text(number, bytes)
  return String(cString: bytes)
}

func classify(_ path: String, _ pixelPath: String?) throws(ModelFileError) {
  let model = try QuantizedModel.load(path)
  let interpreter: Interpreter
  do throws(RuntimeError) {
    interpreter = try Interpreter(model)
  } catch {
    throw ModelFileError(path: path, reason: error.description)
  }
  let logits: [Float]
  if let pixelPath {
    let pixels: [UInt8]
    do throws(FileError) { pixels = try MappedFile(path: pixelPath).copy() } catch { throw ModelFileError(error) }
    let wanted = model.description.graph.input
    guard pixels.count == wanted.count else {
      throw ModelFileError(
        path: pixelPath, reason: "has \(pixels.count) bytes; the model reads \(wanted), \(wanted.count) bytes")
    }
    logits = interpreter.invoke(pixels)
  } else {
    guard let golden = model.golden.first else {
      throw ModelFileError(path: path, reason: "brings no test picture; name a file of pixels")
    }
    logits = interpreter.invoke(golden.pixels)
    guard logits == golden.logits else {
      throw ModelFileError(path: path, reason: "gives other logits for its test picture than those in the file")
    }
  }
  if model.description.graph.outputs.count == 1 {
    let probabilities = model.description.probabilities(logits: logits)
    for (label, probability) in zip(model.description.labels, probabilities) { print("\(label) \(text(probability))") }
    print("answer \(model.description.answer(probabilities).label)")
  }
  for logit in logits { print("logit \(text(logit))") }
}

guard let model = cp_argument(1), cp_argument(3) == nil else { fail(usage, status: 2) }
do throws(ModelFileError) {
  try classify(String(cString: model), cp_argument(2).map { String(cString: $0) })
} catch {
  fail(error.description, status: 1)
}
