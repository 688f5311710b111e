import TestSupport
import Testing

/// Options that would do nothing are refused, with the option that they go with or that excludes them.
@Suite struct OptionTests {
  static let commands = [
    ("train photos -o m.safetensors --teacher-share 0.5", "--teacher"),
    ("train photos -o m.safetensors --freeze all", "--from"),
    ("live --rendered --snapshot-files 5", "--snapshots"), ("live --rendered --snapshot-megabytes 5", "--snapshots"),
    ("live --rendered --blur-others", "--snapshots"), ("live --rendered --mqtt-discovery none", "--mqtt"),
    ("live --rendered --no-teach --teach-seconds 5", "--no-teach"),
    ("live --rendered --no-teach --keep k", "--no-teach"),
    ("live --rendered --no-faces --smallest-face 30", "--no-faces"),
    ("classify face.jpg --no-faces --smallest-face 30", "--no-faces"),
    ("classify face.jpg --faces --boxes boxes.csv", "--boxes"),
    ("bench m.safetensors --batch 8", "--training"), ("bench m.safetensors --learning-rate 0.1", "--training"),
    ("bench m.safetensors --seed 2", "--training"), ("bench m.safetensors --record r.safetensors", "--training"),
    ("bench m.safetensors --smallest-face 30", "--frames"), ("doctor photos --images 5", "--model"),
    ("import n.onnx -o m.safetensors --images 5", "--data"),
    ("quantize m.safetensors --record r.json -o q.safetensors --images 5", "--record"),
    ("quantize m.safetensors --record r.json -o q.safetensors --budget 1", "--record"),
    ("quantize m.safetensors --record r.json -o q.safetensors --anyway", "--record"),
    ("teach --folder photos -o q.safetensors --countdown 1", "--folder"),
    ("teach --folder photos -o q.safetensors --patience 9", "--folder"),
    ("detector evaluate d.safetensors --scenes rooms --smallest 12", "--wild"),
  ]

  @Test(arguments: commands) func optionsWithoutEffectAreRefused(_ command: String, _ other: String) throws {
    let result = try GlintProgram.run(command.split(separator: " ").map(String.init))
    let said = try #require(result.errors.split(separator: "\n").first { $0.hasPrefix("Error: ") })
    #expect(result.status == 2 && said.contains(other), "\(result.errors)")
  }

  /// What says nothing, or twice something else, would be passed over without a word.
  @Test(arguments: [
    ("--cost sad/sad=2", "--cost sad/sad: takes two classes"), ("--cost 2,2", "one number for any mistake"),
    ("--cost sad/happy=2 --cost sad/happy=3", "--cost names 'sad/happy' twice"), ("--cost sad//happy=2", "not 'sad//"),
    ("--labelled happy=90,sad=80 --labelled happy=70", "--labelled names 'happy' twice"),
    ("--unsure happy=90,happy=80", "--unsure names 'happy' twice"), ("--unsure ,", "--unsure takes names of classes"),
    ("--labelled ,", "--labelled takes classes with percentages"), ("--cost ,", "--cost takes numbers above 0"),
  ])
  func decisionsSayOneThing(_ options: String, _ words: String) throws {
    for command in ["threshold m.safetensors --data photos -o n.safetensors", "train photos -o n.safetensors"] {
      let result = try GlintProgram.run((command + " " + options).split(separator: " ").map(String.init))
      #expect(result.status == 2 && result.errors.contains(words), "\(command) \(options): \(result.errors)")
    }
  }

  /// A model of which a class is called as the answer that names none could not be read again.
  @Test func noClassIsCalledAsTheAnswerWithoutOne() throws {
    let folder = try TemporaryFolder()
    try folder.writeDarkAndLight(side: 24, light: 100, count: 40)
    let train = ["train", folder.path("data"), "-o", folder.path("m.safetensors"), "--size", "24", "--epochs", "1"]
    let named = ["--classes", "unsure=dark, light", "--goals", "50/95"]
    let result = try GlintProgram.run(train + named)
    #expect(result.status == 1 && result.errors.contains("a class is called 'unsure'"), "\(result.errors)")
  }

  /// `a, b` is what people write as well as `a,b`.
  @Test func listsMayHaveBlanks() throws {
    let folder = try TemporaryFolder()
    try folder.writeDarkAndLight(side: 24, light: 100, count: 40)
    let train = ["train", folder.path("data"), "-o", folder.path("m.safetensors"), "--size", "24", "--epochs", "1"]
    let result = try GlintProgram.run(train + ["--unsure", "dark, light", "--quiet"])
    #expect(result.errors.contains("names every class"), "\(result.errors)")
  }
}
