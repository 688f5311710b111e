import ArgumentParser

/// How warm the board may get.
struct HeatOption: ParsableArguments {
  @Option(
    name: .long,
    help: "Label fewer frames a second above this temperature (default: 75 on a Raspberry Pi, elsewhere none).")
  var mostCelsius: Double?

  /// In place of `/`: for tests, and for boards that tell their heat elsewhere.
  @Option(name: .long, help: .hidden)
  var boardRoot = "/"

  func validate() throws {
    if let mostCelsius, !(20...120).contains(mostCelsius) {
      throw ValidationError("--most-celsius takes degrees from 20 to 120.")
    }
  }
}
