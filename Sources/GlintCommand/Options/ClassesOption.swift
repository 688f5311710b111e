import ArgumentParser
import Datasets
import Models

/// `--classes`: which classes there are, and what folders and tables of votes call them.
struct ClassesOption: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The classes and what else they are called, as in happy=happiness,sad=sadness,neutral: folders and columns of \
      other names are left out, or for a model that exists, refused (default: the first folder's, or the model's).
      """, valueName: "names"))
  var classes: String?

  func validate() throws {
    guard let classes else { return }
    do { _ = try ClassNames(classes) } catch { throw ValidationError("--classes: \(error).") }
  }

  /// The classes of data that is to be learned; nil where the first folder has them.
  func names() throws -> ClassNames? { try classes.map { try ClassNames($0) } }

  /// The classes of a model that exists, and what else they are called.
  ///
  /// - Throws: `Failure` where one is named that the model does not have.
  func names(for description: ModelDescription) throws -> ClassNames {
    guard let classes else { return ClassNames(description.labels) }
    do { return try ClassNames(classes, labels: description.labels) } catch { throw Failure("--classes: \(error)") }
  }

  /// The option as it is typed, for the command that comes next.
  var words: [String] { classes.map { ["--classes", $0] } ?? [] }
}
