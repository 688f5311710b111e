import Faces
import Imaging
import Inference
import Live
import ModelFiles
import Models
import Numerics
import Teaching

/// Collects pictures of classes before a camera, one class after the other, without a browser: three quarters of each
/// in a first round and the rest in a second one, which judges, so that what is held out is of another moment.
struct CameraLessons {
  let classes: [String]
  /// Pictures of each class.
  let pictures: Int
  /// Seconds before each class in which one gets ready.
  let countdown: Double
  /// Seconds after which a class that shows nothing new is left.
  let patience: Double
  let quiet: Bool

  private struct Lesson {
    let id: Int
    let name: String
    /// How many pictures the class has at its end.
    let wanted: Int
  }

  /// Collects until all classes have their pictures, time is up for them, or somebody asks for the end.
  ///
  /// - Parameters:
  ///   - wantsFaces: whether the main face is kept, or the frame.
  ///   - region: the part of the frame that is kept where no face is.
  ///   - run: runs the camera and calls back for each labelled frame until that says stop.
  func collect(
    into set: TeachingSet, wantsFaces: Bool, region: RegionInUse,
    run: (_ look: @escaping (LabelledFrame, Image) throws -> Bool) throws -> Void
  ) throws {
    let ids = classes.compactMap { set.class(named: $0) }
    var lessons = [pictures - pictures / 4, pictures].flatMap { wanted in
      zip(ids, classes).map { Lesson(id: $0, name: $1, wanted: wanted) }
    }[...]
    var begun = ContinuousClock.now, last = begun, isReady = false
    var bar = Progress("", quiet: quiet)
    func begin() {
      guard let lesson = lessons.first else { return }
      (begun, isReady) = (.now, false)
      if countdown > 0 { printError("Next: \(lesson.name). Get ready: it begins in \(Int(countdown)) s.") }
    }
    begin()
    try run { labelled, image in
      guard let lesson = lessons.first else { return false }
      let elapsed = seconds(since: begun)
      guard elapsed >= countdown else { return true }
      if !isReady {
        isReady = true
        bar = Progress("\(lesson.name)", quiet: quiet)
      }
      let face = labelled.mainFollowedFace
      if seconds(since: last) >= Double(TeachingSession.pause) / 1000, !wantsFaces || face != nil {
        last = .now
        _ = try set.add(
          image, face: wantsFaces ? face : nil, region: region.region(labelled.width, labelled.height), to: lesson.id,
          milliseconds: TimeOfDay.milliseconds())
      }
      let count = set.count(of: lesson.id)
      bar.update(count, of: lesson.wanted, note: wantsFaces && face == nil ? "no face is seen" : "move a little")
      let isOver = elapsed >= countdown + patience
      guard count >= lesson.wanted || isOver else { return true }
      bar.finish("\(count) pictures\(count < lesson.wanted ? "; nothing new was seen for a while" : "")")
      lessons.removeFirst()
      begin()
      return !lessons.isEmpty
    }
    set.flush()
  }

  private func seconds(since time: ContinuousClock.Instant) -> Double { (ContinuousClock.now - time).seconds }
}
