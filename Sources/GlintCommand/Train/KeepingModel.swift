import Files
import Foundation
import ModelFiles
import Models

extension Train {
  /// Writes the model; where its place has no room any more, hours of work go to the system's folder for temporary
  /// files.
  static func keep(_ model: FloatModel, at modelPath: String) throws {
    do { try model.write(to: modelPath) } catch {
      // Others may write to that folder: a name that can be guessed could be a link of theirs.
      let refuge = NSTemporaryDirectory() + "glint-\(UUID().uuidString).safetensors"
      do { try model.write(to: refuge) } catch let second {
        throw Failure("\(error); nor could it be kept as \(second)")
      }
      throw Failure("\(error). What was learned is kept as \(refuge)")
    }
  }
}
