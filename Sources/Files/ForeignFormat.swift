/// Formats in which other programs keep networks, and what makes a model of Glint's of each.
enum ForeignFormat {
  case onnx, tflite
  case keras, hdf5, kerasJSON
  case torchScript, torchExport, torchArchive, pickle, safetensors, execuTorch
  case savedModel, graphDef, tensorFlowCheckpoint, tensorFlowJS
  case coreML, coreMLPackage, compiledCoreML
  case caffeNetwork, caffeWeights, paddle, ncnn, openVINO, tensorRT, rknn, gguf, darknet, mxnet

  /// Its name with an article.
  var name: String {
    switch self {
    case .onnx: "an ONNX model"
    case .tflite: "a TensorFlow Lite model"
    case .keras: "a Keras model (.keras)"
    case .hdf5: "an HDF5 file, as Keras writes models (.h5)"
    case .kerasJSON: "a Keras network without its weights (.json)"
    case .torchScript: "a TorchScript model"
    case .torchExport: "a program of torch.export (.pt2)"
    case .torchArchive: "a PyTorch file"
    case .pickle: "a Python pickle, as PyTorch and scikit-learn write models"
    case .safetensors: "a safetensors file of weights without a network, as PyTorch writes them"
    case .execuTorch: "an ExecuTorch program"
    case .savedModel: "a TensorFlow SavedModel"
    case .graphDef: "a TensorFlow graph (.pb)"
    case .tensorFlowCheckpoint: "a TensorFlow checkpoint"
    case .tensorFlowJS: "a TensorFlow.js model"
    case .coreML: "a Core ML model"
    case .coreMLPackage: "a Core ML package (.mlpackage)"
    case .compiledCoreML: "a compiled Core ML model (.mlmodelc)"
    case .caffeNetwork: "a Caffe network (.prototxt)"
    case .caffeWeights: "a Caffe model"
    case .paddle: "a PaddlePaddle model"
    case .ncnn: "an ncnn network (.param)"
    case .openVINO: "an OpenVINO model"
    case .tensorRT: "a TensorRT engine"
    case .rknn: "an RKNN model"
    case .gguf: "a GGUF model"
    case .darknet: "a Darknet network (.cfg)"
    case .mxnet: "an MXNet network (.json)"
    }
  }

  /// What to do, as a clause. FILE, FOLDER and capitals like them stand for what only the reader knows.
  var advice: String {
    switch self {
    case .onnx, .tflite: "'glint import FILE -o MODEL' makes a model of it"
    case .keras, .hdf5: "'tools/import-keras FILE -o MODEL' makes a model of it, with the options of 'glint import'"
    case .kerasJSON, .tensorFlowCheckpoint:
      "load network and weights together where they were made, save them as .keras or .h5, and import that with "
        + "'tools/import-keras FILE -o MODEL'"
    case .torchScript, .torchArchive, .safetensors:
      """
      only PyTorch runs what it holds. Load the model there, export it with these two lines, and import net.onnx:
        model.eval()
        torch.onnx.export(model, torch.zeros(1, 3, 64, 64), "net.onnx", opset_version=17)
      """
    case .pickle:
      "load it in the program that wrote it, export ONNX of opset 17 there (PyTorch has torch.onnx.export, "
        + "scikit-learn has skl2onnx), and import that"
    case .torchExport:
      """
      only PyTorch runs what it holds. Export it there with these two lines, and import net.onnx:
        program = torch.export.load("FILE")
        torch.onnx.export(program, dynamo=True).save("net.onnx")
      """
    case .savedModel:
      "make ONNX of its folder with 'python -m tf2onnx.convert --saved-model FOLDER --opset 17 --output net.onnx', or "
        + "TensorFlow Lite with tf.lite.TFLiteConverter.from_saved_model(\"FOLDER\").convert(), and import that"
    case .graphDef:
      "make ONNX of it with 'python -m tf2onnx.convert --opset 17 --graphdef FILE --inputs NAME:0 --outputs NAME:0 "
        + "--output net.onnx', and import that"
    case .tensorFlowJS:
      "make ONNX of it with 'python -m tf2onnx.convert --tfjs FILE --opset 17 --output net.onnx', and import that"
    case .coreML, .coreMLPackage, .compiledCoreML, .ncnn, .openVINO, .rknn, .execuTorch:
      "nothing makes ONNX of this format; export the network from which it was converted, as ONNX of opset 17 or "
        + "TensorFlow Lite, and import that"
    case .tensorRT: "it fits one graphics card alone; import the ONNX file that it was built from"
    case .caffeNetwork, .caffeWeights:
      "make ONNX of network and weights with 'python -m caffe2onnx.convert --prototxt NETWORK --caffemodel WEIGHTS "
        + "--onnx net.onnx', of the PyPI package caffe2onnx, and import that"
    case .paddle:
      "make ONNX of it with 'paddle2onnx --model_dir FOLDER --model_filename NETWORK --params_filename WEIGHTS "
        + "--opset_version 17 --save_file net.onnx', and import that"
    case .gguf: "it holds weights of a language model; Glint runs small networks that read pictures"
    case .darknet, .mxnet:
      "export the network as ONNX, opset 17, with the program that made it, and import that"
    }
  }
}
