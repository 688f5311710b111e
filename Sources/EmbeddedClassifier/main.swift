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
  usage: embedded-classifier MODEL [PIXELS] [--runs N]

  MODEL is an int8 model file, PIXELS a file of [height][width][channels] bytes as the model reads them. Without PIXELS
  the model's own test picture is classified, and its logits are held against those in the file. With --runs the picture
  is classified N times: what is left of a measurement when that of one run is taken away counts inference alone.
  """

func fail(_ message: String, status: Int32) -> Never {
  cp_print_error("embedded-classifier: \(message)\n")
  cp_exit(status)
}

/// Prints a line on standard output.
func emit(_ line: String) { cp_print("\(line)\n") }

/// The shortest text that reads back as the same number.
func text(_ number: Float) -> String {
  let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: 32)
  defer { bytes.deallocate() }
  cp_float_text(number, bytes)
  return String(cString: bytes)
}

/// The command line's paths, and how often to classify; nil where it is none.
func request() -> (paths: [String], runs: Int)? {
  var paths: [String] = [], runs = 1, index: Int32 = 1
  while let argument = cp_argument(index) {
    index += 1
    guard String(cString: argument) == "--runs" else {
      paths.append(String(cString: argument))
      continue
    }
    guard let number = cp_argument(index), let count = Int(String(cString: number)), count > 0 else { return nil }
    runs = count
    index += 1
  }
  return paths.count == 1 || paths.count == 2 ? (paths, runs) : nil
}

func classify(_ path: String, _ pixelPath: String?, runs: Int) throws(FormatError) {
  let model = try QuantizedModel.load(path)
  let interpreter: Interpreter
  do throws(RuntimeError) {
    interpreter = try Interpreter(model)
  } catch {
    throw FormatError(path: path, reason: error.description)
  }
  var logits = [Float](repeating: 0, count: interpreter.logitCount)
  if let pixelPath {
    let pixels: [UInt8]
    do throws(FileError) { pixels = try MappedFile(path: pixelPath).copy() } catch { throw FormatError(error) }
    let wanted = model.description.graph.input
    guard pixels.count == wanted.count else {
      throw FormatError(
        path: pixelPath, reason: "has \(pixels.count) bytes; the model reads \(wanted), \(wanted.count) bytes")
    }
    for _ in 0..<runs { interpreter.invoke(pixels: pixels, logits: &logits) }
  } else {
    guard let golden = model.golden.first else {
      throw FormatError(path: path, reason: "brings no test picture; name a file of pixels")
    }
    for _ in 0..<runs { interpreter.invoke(pixels: golden.pixels, logits: &logits) }
    guard logits == golden.logits else {
      throw FormatError(path: path, reason: "gives other logits for its test picture than those in the file")
    }
  }
  if model.description.graph.outputs.count == 1 {
    let probabilities = model.description.probabilities(logits: logits)
    for (label, probability) in zip(model.description.labels, probabilities) { emit("\(label) \(text(probability))") }
    emit("answer \(model.description.answer(probabilities).label)")
  }
  for logit in logits { emit("logit \(text(logit))") }
}

guard let (paths, runs) = request() else { fail(usage, status: 2) }
do throws(FormatError) {
  try classify(paths[0], paths.count > 1 ? paths[1] : nil, runs: runs)
} catch {
  fail(error.description, status: 1)
}
// What was printed may be in memory until now.
guard cp_flush() else { fail("standard output cannot be written", status: 1) }
