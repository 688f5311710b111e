import Faces
import Testing

@Suite struct MotionFilterTests {
  @Test func learnsAVelocityAndGoesOnWithIt() {
    var filter = MotionFilter(position: 100, noise: 4, speed: 120)
    for tick in 1...30 {
      filter.advance(1 / 30, agility: 100)
      filter.correct(100 + 2 * Float(tick), noise: 4)
    }
    #expect(abs(filter.velocity - 60) < 3)
    #expect(abs(filter.position - 160) < 1)
    filter.advance(0.5, agility: 100)
    #expect(abs(filter.position - 190) < 3)
  }

  @Test func isLessSureTheLongerNothingIsSeen() {
    var filter = MotionFilter(position: 0, noise: 4, speed: 120)
    filter.advance(0.1, agility: 100)
    filter.correct(1, noise: 4)
    let sure = filter.variance
    #expect(sure > 0 && sure < 16, "more is known than by one sight")
    var variances = [sure]
    for _ in 0..<10 {
      filter.advance(0.1, agility: 100)
      variances.append(filter.variance)
    }
    #expect(variances == variances.sorted())
  }

  @Test func oneLongStepEqualsManyShort() {
    var long = MotionFilter(position: 5, noise: 3, speed: 60)
    var short = long
    long.advance(0.3, agility: 50)
    for _ in 0..<30 { short.advance(0.01, agility: 50) }
    #expect(abs(long.variance - short.variance) < 0.01 * long.variance)
  }
}
