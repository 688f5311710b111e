import Models
import Numerics
import ONNXFiles

extension NodeList {
  /// Appends what an operator does that computes nothing new: the largest of windows, repetition, other shapes and
  /// orders.
  ///
  /// Glint reshapes pictures with channels last; a transpose goes before and after where that is another order.
  ///
  /// - Parameters:
  ///   - shapes: of what is read and what is made.
  ///   - output: the name of the tensor that is made.
  /// - Returns: false for an operator of another kind, and nothing is appended.
  mutating func move(_ op: Operator, _ input: String, from: Shape, to shape: Shape, as output: String) -> Bool {
    switch op {
    case .maxPool2D(let window): add("MaxPool", [input], to: output, Geometry.window(window))
    case .upsampleNearest(let factor):
      let scales = constant(output + ".scales", [4], [1, 1, Float(factor), Float(factor)])
      add(
        "Resize", [input, "", scales], to: output,
        [
          ("mode", .text("nearest")), ("coordinate_transformation_mode", .text("asymmetric")),
          ("nearest_mode", .text("floor")),
        ])
    case .resize(let resize) where !resize.isLinear:
      var value = input
      for (axis, name, places) in [(2, "rows", resize.rows), (3, "columns", resize.columns)] {
        let pixels = (0..<places.count).map { places.place($0, of: from[axis - 2]).pixel }
        let indices = constant("\(output).\(name)", [places.count], .int32, pixels)
        value = add(
          "Gather", [value, indices], to: axis == 3 ? output : fresh(output + ".resized"), [("axis", .integer(axis))])
      }
    case .rearrange(let arrangement):
      let list = constant(output + ".list", [1], .int64, [from.count])
      let flat = add("Reshape", [ordered(input, from, output), list], to: fresh(output + ".flat"))
      let places = constant(output + ".places", Self.made(shape), .int32, arrangement.places)
      turned(shape, output) { list, name in
        list.add("Gather", [flat, places], to: name, [("axis", .integer(0))])
      }
    case .flatten, .reshape:
      let extents = Self.made(shape)
      let target = constant(output + ".shape", [extents.count], .int64, extents)
      let source = ordered(input, from, output)
      turned(shape, output) { list, name in list.add("Reshape", [source, target], to: name) }
    default: return false
    }
    return true
  }

  /// A value's elements in Glint's order.
  private mutating func ordered(_ input: String, _ shape: Shape, _ output: String) -> String {
    Self.isOrdered(shape)
      ? input : add("Transpose", [input], to: fresh(output + ".rows"), [("perm", .integers([0, 2, 3, 1]))])
  }

  /// The dimensions in which `turned` has a tensor made: ONNX's where the order of the elements is the same.
  private static func made(_ shape: Shape) -> [Int] {
    isOrdered(shape) ? Geometry.dimensions(shape) : [1] + shape.dimensions
  }

  /// Makes a tensor in Glint's order, and turns it where ONNX has another.
  private mutating func turned(_ shape: Shape, _ output: String, _ make: (inout NodeList, String) -> String) {
    guard !Self.isOrdered(shape) else {
      _ = make(&self, output)
      return
    }
    let made = make(&self, fresh(output + ".turned"))
    add("Transpose", [made], to: output, [("perm", .integers([0, 3, 1, 2]))])
  }

  /// One number a channel as a tensor that goes with a picture; others as they are.
  mutating func spread(_ input: String, _ shape: Shape, over picture: Shape, _ name: String) -> String {
    guard shape.rank == 1, picture.rank == 3 else { return input }
    let extents = constant(name + ".extents", [4], .int64, [1, shape[0], 1, 1])
    return add("Reshape", [input, extents], to: fresh(name + ".channels"))
  }

  /// Whether the elements of a shape have one order with channels first and last.
  static func isOrdered(_ shape: Shape) -> Bool {
    shape.rank != 3 || shape[2] == 1 || shape[0] * shape[1] == 1
  }

  /// Appends the function that makes an output of logits, and the output itself.
  ///
  /// - Parameters:
  ///   - logits: the tensor's name.
  ///   - name: what the result is to be called where it is another tensor.
  mutating func leave(_ logits: String, _ shape: Shape, through function: Graph.Function, named name: String) {
    let dimensions = Geometry.dimensions(shape)
    let result: String
    switch function {
    case .identity: result = logits
    case .sigmoid: result = add("Sigmoid", [logits], to: fresh(name))
    case .softmax where shape.rank == 1:
      result = add("Softmax", [logits], to: fresh(name), [("axis", .integer(1))])
    case .softmax:
      // Over all numbers, wherever they stand.
      let row = constant(name + ".row", [2], .int64, [1, shape.count])
      let whole = constant(name + ".shape", [dimensions.count], .int64, dimensions)
      let flat = add("Reshape", [logits, row], to: fresh(name + ".logits"))
      let shares = add("Softmax", [flat], to: fresh(name + ".flat"), [("axis", .integer(1))])
      result = add("Reshape", [shares, whole], to: fresh(name))
    }
    output(result, dimensions)
  }
}
