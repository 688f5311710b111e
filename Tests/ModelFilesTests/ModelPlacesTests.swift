import ModelFiles
import Testing

/// The rule by which models that come along are found, against lists written by hand.
@Suite struct ModelPlacesTests {
  @Test("The order: GLINT_MODELS, beside the program, share beside bin, the installed place, the source")
  func order() {
    let places = ModelPlaces(environment: "/my/models", program: "/opt/g/bin/glint", present: "/home/me")
    #expect(
      places.folders == [
        "/my/models", "/opt/g/bin", "/opt/g/share/glint", "/usr/share/glint", "/opt/g/bin/Calibration/Models",
        "/opt/g/Calibration/Models", "/opt/Calibration/Models", "/Calibration/Models", "/home/me/Calibration/Models",
        "/home/Calibration/Models", "/Calibration/Models",
      ])
    #expect(places.paths(of: "a.safetensors").first == "/my/models/a.safetensors")
  }

  @Test("Without GLINT_MODELS, or with an empty one, the program's folder comes first", arguments: [nil, ""])
  func unset(environment: String?) {
    let places = ModelPlaces(environment: environment, program: "/usr/bin/glint", present: "/")
    #expect(places.folders.prefix(3) == ["/usr/bin", "/usr/share/glint", "/usr/share/glint"])
    #expect(places.folders.last == "/Calibration/Models")
  }

  @Test("Folders at the root and names that end in a slash give one slash")
  func slashes() {
    let places = ModelPlaces(environment: "models/", program: "/glint", present: "/")
    #expect(
      places.paths(of: "m") == [
        "models/m", "/m", "/share/glint/m", "/usr/share/glint/m", "/Calibration/Models/m", "/Calibration/Models/m",
      ])
  }
}
