import Files

/// Models in formats that are not read: how to make ONNX of them.
public enum OtherFormats {
  /// Why a file of this kind is not imported, and what to do: a clause that goes on after its name. Nil for the
  /// formats that are read, and for what is no model of a known kind.
  public static func refusal(_ kind: FileKind) -> String? {
    let name = kind.name
    guard kind.group == .foreignModel else {
      switch kind.group {
      case .model: return "is \(name) already."
      case .picture, .video, .folder, .archive, .companion, .text:
        return "is \(name), and an ONNX or TensorFlow Lite file is wanted here."
      case .foreignModel, .other: return nil
      }
    }
    guard let advice = advice.first(where: { name.contains($0.word) })?.advice else {
      return name.contains("ONNX") || name.contains("TensorFlow Lite")
        ? nil : "is \(name): export the network as ONNX, opset 17, with the program that made it."
    }
    return "is \(name): \(advice)"
  }

  private static let advice: [(word: String, advice: String)] = [
    ("TorchScript", torch), ("PyTorch", torch),
    ("Keras", "import it with 'tools/import-keras FILE -o MODEL', which takes the options of 'glint import'."),
    (
      "TensorFlow graph",
      "make ONNX of it with 'python -m tf2onnx.convert --opset 17 --graphdef FILE --inputs NAME:0 --outputs NAME:0 "
        + "--output net.onnx'."
    ),
    ("PaddlePaddle", "make ONNX of it with 'paddle2onnx --model_dir FOLDER --opset_version 17 --save_file net.onnx'."),
    ("TensorRT", "it fits one graphics card alone; import the ONNX file that it was built from."),
    ("ncnn", "import the ONNX file that it was converted from."),
  ]

  private static let torch = """
    it holds weights, and perhaps code, that only PyTorch runs. Load the model there, then:
      model.eval()
      torch.onnx.export(model, torch.zeros(1, 3, 64, 64), "net.onnx", opset_version=17)
    """
}
