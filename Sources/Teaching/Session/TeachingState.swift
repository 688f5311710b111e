import Files
import Imaging
import Models
import Numerics

/// What a page shows of a session.
struct TeachingState {
  private let session: TeachingSession

  init(_ session: TeachingSession) { self.session = session }

  /// The state as JSON; `LiveProtocol` of the documentation tells its members.
  var json: JSONValue {
    let now = session.now
    let classes = session.set.classes, pictures = session.set.pictures
    var members: [JSONValue.Member] = [
      .init(
        "classes",
        .array(
          classes.map { one in
            .object([
              .init("id", .integer(one.id)), .init("name", .string(one.name)),
              .init("pictures", .array(pictures.filter { $0.classID == one.id }.map { .integer($0.id) })),
            ])
          })),
      .init("fewest", .integer(TeachingSet.fewest)), .init("enough", .integer(TeachingSet.enough)),
      .init("faces", .bool(now.wantsFaces)), .init("near_copies", .integer(now.nearCopies)),
      .init("used", .integer(session.versions.used)),
      .init(
        "versions",
        .array(
          session.versions.all.map {
            .object([.init("number", .integer($0.number)), .init("words", .string($0.words))])
          })),
    ]
    let inUse = session.inUse.description
    members.append(.init("seeks_faces", .bool(inUse.preprocessing.cropsToFaces)))
    if let region = now.region {
      members.append(
        .init(
          "region",
          .object([
            .init("x", .integer(region.x)), .init("y", .integer(region.y)), .init("w", .integer(region.width)),
            .init("h", .integer(region.height)),
          ])))
    }
    members.append(.init("labels", .array(inUse.shownClasses.map { .string(inUse.labels[$0]) })))
    if let path = session.set.path { members.append(.init("folder", .string(path))) }
    if let collecting = now.collecting { members.append(.init("collecting", .integer(collecting.id))) }
    if let problem = now.problem { members.append(.init("problem", .string(problem))) }
    if let training = now.training { members.append(.init("training", Self.json(training))) }
    if let outcome = now.outcome { members.append(.init("outcome", Self.json(outcome))) }
    return .object(members)
  }

  private static func json(_ training: TeachingSession.Training) -> JSONValue {
    .object([
      .init("doing", .string(training.progress.doing)), .init("per_mille", perMille(training.progress.share)),
      .init("curve", .array(training.progress.curve.map(perMille))),
      .init("milliseconds", perMille(training.begin.duration(to: .now).inSeconds)),
    ])
  }

  private static func json(_ outcome: TeachingSession.Outcome) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("words", .array(outcome.words.map { .string($0) })), .init("better", .bool(outcome.isBetter)),
      .init("curve", .array(outcome.curve.map(perMille))), .init("milliseconds", perMille(outcome.seconds)),
      .init(
        "changed",
        .array(
          outcome.changed.map {
            .object([
              .init("picture", .string($0.name)), .init("label", .string($0.label)),
              .init("before", .string($0.before)), .init("after", .string($0.after)),
            ])
          })),
    ]
    if let version = outcome.version { members.append(.init("version", .integer(version))) }
    return .object(members)
  }

  private static func perMille(_ value: Double) -> JSONValue { .integer(Int((value * 1000).rounded())) }
}
